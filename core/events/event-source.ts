import * as z from 'zod';
import { eventSource } from './event-catalog.ts';

const envelopeSchema = z.looseObject({ source: z.string() });

/** True for an EventBridge envelope, as JSON text, whose event is not the helpdesk's. Never throws. */
export function isOfOtherSource(text: string): boolean {
  const envelope = envelopeSchema.safeParse(parseJson(text));
  return envelope.success && envelope.data.source !== eventSource;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
