import { describe, expect, test } from '@jest/globals';
import { eventTypes } from '../../../core/events/event-catalog.ts';
import { operationalTypes } from '../../../core/events/operational-events.ts';
import {
  type EventSelector,
  eventSelectorSchema,
  isSelected,
} from '../../../core/subscriptions/event-selector.ts';

const types = [...eventTypes, ...operationalTypes];
const nouns = [...new Set(types.map((type) => type.split('.')[0]))];

describe('a subscription takes', () => {
  test.each(eventTypes)('%s by its name, by its noun and by the asterisk', (type) => {
    const noun = `${type.split('.')[0]}.*` as EventSelector;

    expect(isSelected(type, [type])).toBe(true);
    expect(isSelected(type, [noun])).toBe(true);
    expect(isSelected(type, ['*'])).toBe(true);
  });

  test.each(operationalTypes)('%s by its name and by `webhook.*`, and not by the asterisk', (type) => {
    expect(isSelected(type, [type])).toBe(true);
    expect(isSelected(type, ['webhook.*'])).toBe(true);
    expect(isSelected(type, ['*'])).toBe(false);
  });

  test.each(types)('%s by no other name or noun', (type) => {
    const others = [
      ...types.filter((other) => other !== type),
      ...nouns.map((noun) => `${noun}.*`).filter((family) => !type.startsWith(family.slice(0, -1))),
    ] as EventSelector[];

    expect(isSelected(type, others)).toBe(false);
    expect(isSelected(type, [])).toBe(false);
  });
});

describe('a selector', () => {
  test.each([...types, ...nouns.map((noun) => `${noun}.*`), '*'])('may be %s', (selector) => {
    expect(eventSelectorSchema.parse(selector)).toBe(selector);
  });

  const list = `must be one of ${[...types, ...nouns.map((noun) => `${noun}.*`), '*'].join(', ')}`;
  const messageOf = (selector: unknown) =>
    eventSelectorSchema.safeParse(selector).error?.issues.map(({ message }) => message);

  test.each(['', '**', '*.*', '.*', 'order.*', 7, null])('is not %j', (selector) => {
    expect(messageOf(selector)).toEqual([list]);
  });

  test.each([
    [`${nouns[0]}`, `${nouns[0]}.*`],
    [`${nouns[0]}.`, `${nouns[0]}.*`],
    [`${nouns[0]}*`, `${nouns[0]}.*`],
    [eventTypes[0].toUpperCase(), eventTypes[0]],
    [eventTypes[0].slice(0, -1), eventTypes[0]],
  ])('is not %s, but the error says what it nearly is: %s', (selector, meant) => {
    expect(messageOf(selector)).toEqual([`${list}; did you mean ${meant}?`]);
  });
});
