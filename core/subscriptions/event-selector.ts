import * as z from 'zod';
import { type EventType, eventTypes } from '../events/event-catalog.ts';
import { mustBeOneOf } from '../words.ts';

/** The part before the dot: what an event is about. */
type Noun<Type> = Type extends `${infer Before}.${string}` ? Before : never;

/** One type, `ticket.*` for everything about one noun, or `*`. */
export type SelectorOf<Type extends string> = Type | `${Noun<Type>}.*` | '*';

/** What a subscription accepts. With an asterisk, it also accepts types that are added later. */
export type EventSelector = SelectorOf<EventType>;

export const everything = '*';

/** All selectors of these types. */
export function selectorsOf<Type extends string>(
  types: readonly [Type, ...Type[]],
): [SelectorOf<Type>, ...SelectorOf<Type>[]] {
  const [first, ...others] = types;
  return [first, ...others, ...new Set(types.map(familyOf)), everything];
}

const selectors = selectorsOf(eventTypes);

export const eventSelectorSchema: z.ZodType<EventSelector> = z.enum(selectors, {
  error: ({ input }) => mustBeOneOf(selectors, input),
});

export function isSelected(type: EventType, selectors: readonly EventSelector[]): boolean {
  return [type, familyOf(type), everything].some((selector) =>
    (selectors as readonly string[]).includes(selector),
  );
}

function familyOf<Type extends string>(type: Type): `${Noun<Type>}.*` {
  return `${type.slice(0, type.indexOf('.')) as Noun<Type>}.*`;
}
