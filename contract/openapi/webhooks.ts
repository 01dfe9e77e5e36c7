import * as z from 'zod';
import type { ZodOpenApiPathItemObject } from 'zod-openapi';
import { subscribableCatalog } from '../../core/events/subscribable-events.ts';
import { identifierSchema, timestampSchema } from '../../core/identifiers.ts';
import { deliveryDirectives, directiveHeader } from '../../core/receivers/delivery-directive.ts';
import { callbackExampleOf } from './examples.ts';

/** The callbacks that a receiver gets: one webhook for each event type. */
export function describeWebhooks(): Record<string, ZodOpenApiPathItemObject> {
  return Object.fromEntries(
    subscribableCatalog.map(({ type, name, summary, data }) => [
      type,
      {
        post: {
          operationId: `receive ${type}`.replaceAll(/[^a-z]+(\w)/g, (_, letter: string) =>
            letter.toUpperCase(),
          ),
          summary: name,
          description: summary,
          tags: ['Events'],
          security: [],
          requestParams: { header: callbackHeaders },
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: z.looseObject({
                  id: identifierSchema,
                  type: z.literal(type),
                  timestamp: timestampSchema,
                  accountId: identifierSchema,
                  data,
                }),
                example: callbackExampleOf(type),
              },
            },
          },
          responses: {
            '2XX': { description: 'The callback counts as delivered.', headers: answerHeaders },
            '410': { description: 'The receiver is gone for good: the subscription is disabled.' },
            default: {
              description: 'The callback is tried again by the schedule, unless a header says otherwise.',
              headers: answerHeaders,
            },
          },
        },
      },
    ]),
  );
}

/**
 * Those of Standard Webhooks, and what a callback says of itself.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
const callbackHeaders = z.object({
  'webhook-id': identifierSchema.meta({
    description: "The event's id. It is the same whenever the event is sent again.",
  }),
  'webhook-timestamp': z.string().meta({ description: 'The time of the call, in seconds since 1970.' }),
  'webhook-signature': z
    .string()
    .meta({ description: 'One or more of `v1,<base64>` by Standard Webhooks, with spaces in between.' }),
  'iomnihub-subscription-id': identifierSchema.meta({
    description: 'The subscription whose secrets sign. No secret signs this header or those below.',
  }),
  'iomnihub-delivery-id': z.string().meta({ description: 'For `GET /deliveries/{id}`.' }),
  'iomnihub-event-type': z.string().meta({ description: 'The `type` of the body.' }),
  'iomnihub-attempt': z.string().meta({ description: 'The number of the attempt, from 1.' }),
  'iomnihub-test': z
    .literal('true')
    .optional()
    .meta({ description: 'Sent by `POST /subscriptions/{id}/test`. Absent from all other callbacks.' }),
});

/** By which a receiver may steer. */
const answerHeaders = z.object({
  [directiveHeader]: z.enum(deliveryDirectives).optional().meta({
    description:
      '`disable`: the subscription is disabled, as by a 410. `abort-message`: no further attempt is made at this delivery.',
  }),
});
