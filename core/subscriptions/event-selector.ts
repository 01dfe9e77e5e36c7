import * as z from 'zod';
import { isOperational, type SubscribableType, subscribableTypes } from '../events/subscribable-events.ts';
import { mustBeOneOf } from '../words.ts';

/** The part before the dot: what an event is about. */
type Noun<Type> = Type extends `${infer Before}.${string}` ? Before : never;

/** One type, `ticket.*` for everything about one noun, or `*` for everything that the helpdesk publishes. */
export type SelectorOf<Type extends string> = Type | `${Noun<Type>}.*` | '*';

/** What a subscription accepts. With an asterisk, it also accepts types that are added later. */
export type EventSelector = SelectorOf<SubscribableType>;

export const everything = '*';

/** All selectors of these types. */
export function selectorsOf<Type extends string>(
  types: readonly [Type, ...Type[]],
): [SelectorOf<Type>, ...SelectorOf<Type>[]] {
  const [first, ...others] = types;
  return [first, ...others, ...new Set(types.map(familyOf)), everything];
}

const selectors = selectorsOf(subscribableTypes);

export const eventSelectorSchema: z.ZodType<EventSelector> = z.enum(selectors, {
  error: ({ input }) => mustBeOneOf(selectors, input),
});

/** Events about webhooks themselves are taken by their names or family alone: `*` has always meant the helpdesk's. */
export function isSelected(type: SubscribableType, selectors: readonly EventSelector[]): boolean {
  const taking = [type, familyOf(type), ...(isOperational(type) ? [] : [everything])];
  return taking.some((selector) => (selectors as readonly string[]).includes(selector));
}

function familyOf<Type extends string>(type: Type): `${Noun<Type>}.*` {
  return `${type.slice(0, type.indexOf('.')) as Noun<Type>}.*`;
}
