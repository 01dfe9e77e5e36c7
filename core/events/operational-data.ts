import * as z from 'zod';

/** What several operational events tell. Their objects are strict: only what is named here leaves this product. */

const subscriptionSchema = z
  .strictObject({
    id: z.string(),
    url: z
      .string()
      .meta({ description: 'Its path is masked, because the path of a hook is often a credential.' }),
    description: z.string(),
  })
  .meta({ description: 'The webhook that the event is about, as it is after the event.' });

export const failureSchema = z
  .strictObject({
    reason: z.string().meta({ description: 'Such as `timeout`; docs/receiving.md lists all.' }),
    status: z.int().optional().meta({ description: 'The HTTP status, if there was an answer.' }),
  })
  .meta({ description: 'What the last call came to.' });

export const actorSchema = z
  .strictObject({ kind: z.enum(['api-key', 'portal-session', 'backend']), id: z.string() })
  .meta({ description: 'Who did it: a key, a session of the page, or iOmniHub itself (`backend`).' });

export const explanationSchema = z.string().meta({ description: 'The same in words, with what to do.' });

/** The data of an event about a subscription. */
export function aboutSubscription<const Fields extends z.ZodRawShape>(fields: Fields) {
  return z.strictObject({ subscription: subscriptionSchema, ...fields, explanation: explanationSchema });
}
