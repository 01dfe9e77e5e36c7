import { describe, expect, test } from '@jest/globals';
import { eventCatalog, eventTypes } from '../../core/events/event-catalog.ts';
import { checkType, draftEvent, type EventDraft, setField } from '../../scripts/event-draft.ts';

const [type] = eventTypes;
const now = new Date('2027-03-01T12:00:00.000Z');
const draft = (id?: string) => draftEvent(type, { accountId: 'acc_1', id, now });

// oxlint-disable-next-line typescript/no-explicit-any -- any event's
const dataOf = (event: EventDraft) => event.data as any;

test.each(eventCatalog)(
  'an example of $type keeps how far its times are apart, and the last one is now',
  ({ type, example }) => {
    const timesIn = (value: unknown) =>
      (JSON.stringify(value).match(/\d{4}-\d\d-\d\dT[\d:.]+Z/g) ?? []).map((time) => Date.parse(time));
    const { data, occurredAt } = draftEvent(type, { accountId: 'acc_1', id: undefined, now });
    const gap = (times: number[]) => times.map((time) => Math.max(...times) - time);

    expect(gap(timesIn(data))).toEqual(gap(timesIn(example)));
    expect(Math.max(...timesIn(data))).toBe(now.getTime());
    expect(occurredAt).toBe(now.toISOString());
  },
);

test('the catalog keeps its example, whatever is set in a draft', () => {
  const before = JSON.stringify(eventCatalog);
  setField(draft('evt_1'), 'data.ticket.customer.name=Jo', false);

  expect(JSON.stringify(eventCatalog)).toBe(before);
});

test.each<[string, string[], (event: EventDraft) => unknown, unknown]>([
  ['a text', ['data.ticket.channel=email'], (event) => dataOf(event).ticket.channel, 'email'],
  ['a text with an equals sign', ['data.ticket.subject=a=b'], (event) => dataOf(event).ticket.subject, 'a=b'],
  ['no text', ['data.ticket.subject='], (event) => dataOf(event).ticket.subject, ''],
  ['a number as JSON', ['data.ticket.number=7'], (event) => dataOf(event).ticket.number, 7],
  ['null as JSON', ['data.ticket.subject=null'], (event) => dataOf(event).ticket.subject, null],
  ['a text that would be JSON', ['data.ticket.subject="7"'], (event) => dataOf(event).ticket.subject, '7'],
  ['a list', ['data.ticket.tags=["a","b"]'], (event) => dataOf(event).ticket.tags, ['a', 'b']],
  ['a place of a list', ['data.ticket.tags.0=late'], (event) => dataOf(event).ticket.tags, ['late']],
  [
    'a place behind a list',
    ['data.ticket.tags.1=late'],
    (event) => dataOf(event).ticket.tags,
    ['order', 'late'],
  ],
  [
    'an object that was not there',
    ['data.ticket.assignee.id=agt_1', 'data.ticket.assignee.name=Jo'],
    (event) => dataOf(event).ticket.assignee,
    { id: 'agt_1', name: 'Jo' },
  ],
  [
    'the last of two values',
    ['data.ticket.number=7', 'data.ticket.number=8'],
    (event) => dataOf(event).ticket.number,
    8,
  ],
  [
    'a field of the event itself',
    ['occurredAt=2026-01-01T00:00:00.000Z'],
    ({ occurredAt }) => occurredAt,
    '2026-01-01T00:00:00.000Z',
  ],
  ['all of the data', ['data={"a":1}'], ({ data }) => data, { a: 1 }],
])('setting %s', (_, assignments, read, expected) => {
  const event = draft();
  for (const assignment of assignments) setField(event, assignment, false);

  expect(read(event)).toEqual(expected);
});

test('a free name of a field may be chosen', () => {
  const type = eventTypes.findLast((one) => one.startsWith('customer.')) ?? eventTypes[0];
  const event = draftEvent(type, { accountId: 'acc_1', id: undefined, now });
  setField(event, 'data.customer.externalIds.shop=9', false);

  expect(dataOf(event).customer.externalIds).toMatchObject({ shop: 9 });
});

describe('a field that the catalog does not know', () => {
  test.each([
    [
      'data.ticket.chanel=x',
      'data.ticket.chanel: the catalog knows no such field; did you mean data.ticket.channel?',
    ],
    [
      'ticket.channel=x',
      'ticket.channel: the catalog knows no such field; did you mean data.ticket.channel?',
    ],
    ['data.ticket.tags.first=x', 'data.ticket.tags.first: the catalog knows no such field;'],
    ['ocurredAt=x', 'ocurredAt: the catalog knows no such field; did you mean occurredAt?'],
    [
      'quite.another.thing.altogether=x',
      'quite.another.thing.altogether: the catalog knows no such field; docs/event-types.md lists the fields',
    ],
    ['data.__proto__.x=1', 'data.__proto__.x: the catalog knows no such field;'],
  ])('is refused: %s', (assignment, sentence) => {
    expect(() => setField(draft(), assignment, false)).toThrow(`--set ${sentence}`);
  });

  test('is set all the same if any may be, and touches nothing else', () => {
    const event = draft();
    setField(event, 'data.__proto__.x=1', true);
    setField(event, 'data.ticket.new.field=true', true);

    expect(dataOf(event).ticket.new).toEqual({ field: true });
    expect(JSON.stringify(event.data)).toContain('"__proto__":{"x":1}');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

test.each(['data.ticket.channel', '=x', ''])('an assignment is path=value, and not %j', (assignment) => {
  expect(() => setField(draft(), assignment, true)).toThrow(
    `--set ${assignment}: must be path=value, as in --set data.ticket.channel=whatsapp`,
  );
});

test('a type that is not in the catalog is answered with the nearest one, or with all', () => {
  expect(() => checkType(`${type}d`)).toThrow(`${type}d: there is no such event type; did you mean ${type}?`);
  expect(() => checkType('invoice.paid')).toThrow(
    `invoice.paid: there is no such event type; the types are ${eventTypes.join(', ')}`,
  );
  expect(() => checkType(type)).not.toThrow();
});
