import { readFailure } from './put-events-errors.ts';

/** What stands at one place of the list that `publish` was given. */
export interface ListedEvent {
  readonly place: number;
  readonly event: unknown;
  /** Why no event could be read at this place. */
  readonly fault?: string;
}

/** Reads every place of an array or another iterable. Takes any value and never throws. */
export function listEvents(events: unknown): readonly ListedEvent[] {
  const listed: ListedEvent[] = [];
  try {
    if (Array.isArray(events)) {
      for (let place = 0; place < events.length; place += 1) listed.push(readPlace(events, place));
    } else if (isIterable(events)) {
      for (const event of events) listed.push({ place: listed.length, event });
    } else {
      listed.push({ place: 0, event: events, fault: 'events: must be an array of events' });
    }
  } catch (error) {
    const fault = `events: the list could not be read further: ${readFailure(error).explanation}`;
    listed.push({ place: listed.length, event: undefined, fault });
  }
  return listed;
}

function readPlace(events: readonly unknown[], place: number): ListedEvent {
  try {
    return { place, event: events[place] };
  } catch (error) {
    return { place, event: undefined, fault: `event: could not be read: ${readFailure(error).explanation}` };
  }
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
