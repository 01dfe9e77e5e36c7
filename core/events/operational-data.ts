import * as z from 'zod';

/** What several operational events tell. */

/**
 * Takes no other fields: only what is named leaves this product. Receivers are told that fields may be added, as of all
 * callbacks.
 */
export function closedObject<const Fields extends z.ZodRawShape>(fields: Fields) {
  return z.strictObject(fields).meta({ additionalProperties: {} });
}

const subscriptionSchema = closedObject({
  id: z.string(),
  url: z
    .string()
    .meta({ description: 'Its path is masked, because the path of a hook is often a credential.' }),
  description: z.string(),
}).meta({ description: 'The webhook that the event is about, as it is after the event.' });

export const failureSchema = closedObject({
  reason: z.string().meta({ description: 'Such as `timeout`; docs/receiving.md lists all.' }),
  status: z.int().optional().meta({ description: 'The HTTP status, if there was an answer.' }),
}).meta({ description: 'What the last call came to.' });

export const actorSchema = closedObject({
  kind: z.enum(['api-key', 'portal-session', 'backend']),
  id: z.string(),
}).meta({ description: 'Who did it: a key, a session of the page, or iOmniHub itself (`backend`).' });

export const explanationSchema = z.string().meta({ description: 'The same in words, with what to do.' });

/** The data of an event about a subscription. */
export function aboutSubscription<const Fields extends z.ZodRawShape>(fields: Fields) {
  return closedObject({ subscription: subscriptionSchema, ...fields, explanation: explanationSchema });
}
