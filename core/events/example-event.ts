import { catalogEntryOf, type EventType } from './event-catalog.ts';
import { type PublishedEvent, parsePublishedEvent } from './published-event.ts';

export interface ExampleParts {
  readonly id: string;
  readonly accountId: string;
  /** ISO 8601: when it is said to have occurred and to have been accepted. */
  readonly at: string;
}

/** The catalog's example as the dispatcher would read it, so that no example can differ from the real thing. */
export function exampleEvent(type: EventType, { id, accountId, at }: ExampleParts): PublishedEvent {
  const { example: data } = catalogEntryOf(type);
  const envelope = {
    id: `example-${id}`,
    time: at,
    'detail-type': type,
    detail: { id, accountId, occurredAt: at, data },
  };
  const parsed = parsePublishedEvent(JSON.stringify(envelope));
  if ('rejection' in parsed) throw new Error(`example of ${type}: ${parsed.rejection.explanation}`);
  return parsed.event;
}
