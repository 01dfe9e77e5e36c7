import { describe, expect, test } from '@jest/globals';
import { eventTypes } from '../../../core/events/event-catalog.ts';
import {
  type EventSelector,
  eventSelectorSchema,
  isSelected,
} from '../../../core/subscriptions/event-selector.ts';

const nouns = [...new Set(eventTypes.map((type) => type.split('.')[0]))];

describe('a subscription takes', () => {
  test.each(eventTypes)('%s by its name, by its noun and by the asterisk', (type) => {
    const noun = `${type.split('.')[0]}.*` as EventSelector;

    expect(isSelected(type, [type])).toBe(true);
    expect(isSelected(type, [noun])).toBe(true);
    expect(isSelected(type, ['*'])).toBe(true);
  });

  test.each(eventTypes)('%s by no other name or noun', (type) => {
    const others = [
      ...eventTypes.filter((other) => other !== type),
      ...nouns.map((noun) => `${noun}.*`).filter((family) => !type.startsWith(family.slice(0, -1))),
    ] as EventSelector[];

    expect(isSelected(type, others)).toBe(false);
    expect(isSelected(type, [])).toBe(false);
  });
});

describe('a selector', () => {
  test.each([...eventTypes, ...nouns.map((noun) => `${noun}.*`), '*'])('may be %s', (selector) => {
    expect(eventSelectorSchema.parse(selector)).toBe(selector);
  });

  test.each(['', '**', '*.*', '.*', `${nouns[0]}`, `${nouns[0]}.`, `${nouns[0]}*`, 'order.*', 7, null])(
    'is not %j',
    (selector) => {
      const [issue] = eventSelectorSchema.safeParse(selector).error?.issues ?? [];
      expect(issue?.message).toBe(
        `must be one of ${[...eventTypes, ...nouns.map((noun) => `${noun}.*`), '*'].join(', ')}`,
      );
    },
  );
});
