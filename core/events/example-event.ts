import { eventSource } from './event-catalog.ts';
import { operationalSource } from './operational-events.ts';
import { type PublishedEvent, parsePublishedEvent } from './published-event.ts';
import { isOperational, type SubscribableType, subscribableEntryOf } from './subscribable-events.ts';

export interface ExampleParts {
  readonly id: string;
  readonly accountId: string;
  /** ISO 8601. Used both as the time of the event and as the time of its acceptance. */
  readonly at: string;
}

/**
 * Reads the catalog's example the way the dispatcher reads an event, so an example cannot differ from a real event.
 */
export function exampleEvent(type: SubscribableType, { id, accountId, at }: ExampleParts): PublishedEvent {
  const { example: data } = subscribableEntryOf(type);
  const envelope = {
    id: `example-${id}`,
    source: isOperational(type) ? operationalSource : eventSource,
    'detail-type': type,
    detail: { id, accountId, occurredAt: at, data },
  };
  const parsed = parsePublishedEvent(JSON.stringify(envelope), new Date(at));
  if ('rejection' in parsed) throw new Error(`example of ${type}: ${parsed.rejection.explanation}`);
  return parsed.event;
}
