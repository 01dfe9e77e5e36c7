import { createHash } from 'node:crypto';
import * as z from 'zod';
import { parseJson } from '../json-text.ts';
import { eventSource } from './event-catalog.ts';
import { identifyEvent } from './event-names.ts';
import type { OperationalEvent } from './operational-events.ts';
import type { Rejection } from './published-event.ts';
import { rejectedFields } from './rejected-fields.ts';

const envelopeSchema = z.looseObject({ source: z.literal(eventSource), 'detail-type': z.string() });

/** EventBridge takes no longer ones. */
const maxTypeLength = 128;

/**
 * What an owner is told of an event that the helpdesk published and that nobody can receive: names of fields and rules,
 * no values. A repetition has the same id. Undefined if the account is not readable, or if the event is one of our own,
 * about which another one would go on for ever. Never throws.
 */
export function describeUnprocessable(
  text: string,
  { reason, explanation }: Rejection,
  occurredAt: Date,
): OperationalEvent<'webhook.event.unprocessable'> | undefined {
  const { data: envelope } = envelopeSchema.safeParse(parseJson(text));
  const { envelopeId, eventId, accountId } = identifyEvent(text);
  if (!envelope || envelopeId === undefined || accountId === undefined) return undefined;
  const type = envelope['detail-type'].slice(0, maxTypeLength);
  return {
    id: `evt_wh_${createHash('sha256').update(envelopeId).digest('hex').slice(0, 32)}`,
    accountId,
    type: 'webhook.event.unprocessable',
    occurredAt: occurredAt.toISOString(),
    data: {
      event: { ...(eventId === undefined ? {} : { id: eventId }), type, envelopeId },
      reason,
      fields: rejectedFields(reason, explanation),
      explanation: `iOmniHub published an event of the type ${type} that no webhook can receive: ${explanation}. Its operators have been told. There is nothing that you have to change.`,
    },
  };
}
