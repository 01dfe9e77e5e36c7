import * as z from 'zod';
import { type EventType, eventTypes } from '../events/event-catalog.ts';

/** The part before the dot: what an event is about. */
type Noun<Type> = Type extends `${infer Before}.${string}` ? Before : never;

/**
 * What a subscription accepts: one type, `ticket.*` for everything about one noun, or `*`. The last two also accept
 * types that are added later.
 */
export type EventSelector = EventType | `${Noun<EventType>}.*` | '*';

const everything = '*';
const families = [...new Set(eventTypes.map(familyOf))];

export const eventSelectorSchema: z.ZodType<EventSelector> = z.enum(
  [...eventTypes, ...families, everything],
  {
    error: `must be one of ${[...eventTypes, ...families, everything].join(', ')}`,
  },
);

export function isSelected(type: EventType, selectors: readonly EventSelector[]): boolean {
  return [type, familyOf(type), everything].some((selector) =>
    (selectors as readonly string[]).includes(selector),
  );
}

function familyOf(type: EventType): `${Noun<EventType>}.*` {
  return `${type.slice(0, type.indexOf('.')) as Noun<EventType>}.*`;
}
