import * as z from 'zod';

export const correlationSchema = z
  .looseObject({
    id: z.string().meta({ description: 'The same in all events of the action.' }),
    index: z.int().positive().meta({ description: 'From 1 to `count`.' }),
    count: z.int().positive().meta({ description: 'How many events the action has caused.' }),
  })
  .refine(({ index, count }) => index <= count, { path: ['index'], error: 'must be at most count' })
  .meta({ description: 'Present if one action has caused several events.' });
