import * as z from 'zod';
import { eventSource } from './event-catalog.ts';
import { operationalSource } from './operational-events.ts';

const envelopeSchema = z.looseObject({ source: z.string() });

/** True for an EventBridge envelope, as JSON text, whose event is neither the helpdesk's nor ours. Never throws. */
export function isOfOtherSource(text: string): boolean {
  const envelope = envelopeSchema.safeParse(parseJson(text));
  return envelope.success && ![eventSource, operationalSource].includes(envelope.data.source);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
