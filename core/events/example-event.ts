import { catalogEntryOf, type EventType } from './event-catalog.ts';
import { type PublishedEvent, parsePublishedEvent } from './published-event.ts';

export interface ExampleParts {
  readonly id: string;
  readonly accountId: string;
  /** ISO 8601. Used both as the time of the event and as the time of its acceptance. */
  readonly at: string;
}

/**
 * Reads the catalog's example the way the dispatcher reads an event, so an example cannot differ from a real event.
 */
export function exampleEvent(type: EventType, { id, accountId, at }: ExampleParts): PublishedEvent {
  const { example: data } = catalogEntryOf(type);
  const envelope = {
    id: `example-${id}`,
    'detail-type': type,
    detail: { id, accountId, occurredAt: at, data },
  };
  const parsed = parsePublishedEvent(JSON.stringify(envelope), new Date(at));
  if ('rejection' in parsed) throw new Error(`example of ${type}: ${parsed.rejection.explanation}`);
  return parsed.event;
}
