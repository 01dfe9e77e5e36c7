import { randomUUID } from 'node:crypto';
import type { EventToPublish } from '../../client/publisher.ts';
import { eventCatalog } from '../../core/events/event-catalog.ts';

const [entry] = eventCatalog;

/** The type of all events of the bench. */
export const sampleType = entry.type;

/** The catalog's first example. The body of its callback has about 1 KB. */
export function sampleEvent(accountId: string): EventToPublish {
  const occurredAt = '2026-11-23T16:55:00.000Z';
  const event = { type: sampleType, id: `evt_${randomUUID()}`, accountId, occurredAt, data: entry.example };
  return event as unknown as EventToPublish;
}
