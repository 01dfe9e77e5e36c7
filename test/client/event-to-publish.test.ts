import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toEntryContent } from '../../client/event-to-publish.ts';
import { eventCatalog } from '../../core/events/event-catalog.ts';
import { parsePublishedEvent } from '../../core/events/published-event.ts';
import { accept, closePublishers, event, publisherTo } from './publisher-to.ts';

const [first] = eventCatalog;

afterEach(closePublishers);

function withData(extra: object): unknown {
  return event({ data: { ...first.example, ...extra } });
}
function throwing(thrown: unknown = new Error('never')) {
  return {
    get type(): never {
      throw thrown;
    },
  };
}
function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}
function nested(depth: number): unknown {
  let value: unknown = 0;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}
function doubled(times: number): unknown {
  let value: unknown = [];
  for (let time = 0; time < times; time += 1) value = [value, value];
  return value;
}
const cycle: Record<string, unknown> = {};
cycle['itself'] = cycle;

const cannotBeWritten =
  'data: cannot be written as JSON (a cycle, a BigInt, nested too deep, or a getter or toJSON that throws): ';

const invalid: [what: string, event: unknown, explanation: string][] = [
  ['null', null, 'event: must be an object'],
  ['undefined', undefined, 'event: must be an object'],
  ['a text', 'evt_1', 'event: must be an object'],
  ['a number', 5, 'event: must be an object'],
  ['a symbol', Symbol('event'), 'event: must be an object'],
  ['a function', () => event(), 'event: must be an object'],
  ['an array', [event()], 'type: '],
  ['an empty object', {}, 'type: '],
  ['a getter that throws', throwing(), 'event: could not be read: Error: never'],
  ['a getter that throws nothing', throwing(null), 'event: could not be read: Error: no message'],
  [
    'a getter that throws a revoked proxy',
    throwing(revoked({})),
    'event: could not be read: Error: no message',
  ],
  ['a revoked proxy', revoked({}), 'event: could not be read: TypeError: '],
  [
    'a toJSON that throws',
    { ...event(), toJSON: () => throwing().type },
    'event: could not be read: Error: never',
  ],
  ['a toJSON of null', { ...event(), toJSON: () => null }, 'event: could not be read: TypeError: '],
  ['a toJSON of another type', { ...event(), toJSON: () => ({ type: 'none' }) }, 'type: '],
  ['a type that is no primitive', { ...event(), type: new String(first.type) }, 'type: '],
  ['an invalid Date', event({ occurredAt: new Date(Number.NaN) }), 'occurredAt: must be an ISO 8601 time'],
  [
    'an invalid Date in the data',
    withData({ ticket: { ...first.example.ticket, createdAt: new Date(Number.NaN) } }),
    'data.ticket.createdAt: ',
  ],
  ['a getter in the data that throws', withData({ extra: throwing() }), `${cannotBeWritten}Error: never`],
  [
    'a toJSON in the data that throws',
    withData({ extra: { toJSON: () => throwing().type } }),
    `${cannotBeWritten}Error: never`,
  ],
  ['a revoked proxy in the data', withData({ extra: revoked({}) }), `${cannotBeWritten}TypeError: `],
  ['a BigInt', withData({ extra: 1n }), `${cannotBeWritten}TypeError: `],
  ['a BigInt as id', event({ id: 1n }), cannotBeWritten],
  ['a cycle', withData({ cycle }), `${cannotBeWritten}TypeError: `],
  ['NaN', withData({ extra: [{ of: Number.NaN }] }), 'data.extra.0.of: must be a number that JSON can hold'],
  [
    'NaN in an object',
    withData({ extra: new Number(Number.NaN) }),
    'data.extra: must be a number that JSON can hold',
  ],
  [
    'infinity from a toJSON',
    withData({ extra: { toJSON: () => -Infinity } }),
    'data.extra: must be a number that JSON can hold',
  ],
  [
    'half of a surrogate pair',
    withData({ extra: { text: 'a\uD83D' } }),
    'data.extra.text: must hold no half of a surrogate pair',
  ],
  [
    'half of a surrogate pair as a key',
    withData({ '\uDE00': 1 }),
    'data.?: must hold no half of a surrogate pair',
  ],
  [
    'half of a surrogate pair from a toJSON',
    withData({ extra: { toJSON: () => '\uDE00' } }),
    'data.extra: must hold no half of a surrogate pair',
  ],
  ['nesting that is too deep', withData({ extra: nested(1_000) }), 'must be nested at most 1000 deep'],
  ['nesting without an end', withData({ extra: nested(100_000) }), 'must be nested at most 1000 deep'],
  ['300 KB', withData({ extra: 'x'.repeat(300_000) }), 'data: the callback body would be over 262144 bytes'],
  [
    '200,000 times ü',
    withData({ extra: 'ü'.repeat(200_000) }),
    'data: the callback body would be over 262144 bytes',
  ],
  [
    'a small graph that is a huge tree',
    withData({ extra: doubled(40) }),
    'data: the callback body would be over 262144 bytes',
  ],
  ['data as a text', event({ data: '{}' }), 'data: '],
  ['data as an array', event({ data: [] }), 'data: '],
  ['no data', event({ data: undefined }), 'data: '],
];

describe('an event is invalid, and only that event, if it is or holds', () => {
  test.each(invalid)('%s', (_, wrong, explanation) => {
    expect(toEntryContent(wrong)).toEqual({ explanation: expect.stringContaining(explanation) });
  });

  test('each of these, in one list with good ones', async () => {
    const { publisher, calls } = await publisherTo(accept);
    const good = [event(), event(), event()];
    const [start, middle, end] = good;
    const wrong = invalid.map(([, each]) => each);
    const list = [start, ...wrong.slice(0, 5), middle, ...wrong.slice(5), end];

    const { published, unpublished } = await publisher.publish(list as never);
    expect(published.map((each) => each.event)).toEqual(good);
    expect(calls.flat()).toHaveLength(3);
    expect(unpublished.map(({ reason }) => reason)).toEqual(wrong.map(() => 'invalid'));
    expect(unpublished.every((each) => each.event === list[each.index])).toBe(true);
    expect(unpublished.map(({ index }) => index)).toEqual(
      list.flatMap((each, index) => (good.includes(each as never) ? [] : [index])),
    );
  });
});

describe('a list of events', () => {
  const hole: unknown[] = [event()];
  hole[2] = event();
  const getter = [event(), event(), event()];
  Object.defineProperty(getter, 1, {
    get() {
      throw new Error('never');
    },
  });
  function* breaking() {
    yield event();
    throw new Error('broken');
  }

  test.each<[what: string, list: unknown, published: number, wrong: object[]]>([
    ['is empty', [], 0, []],
    ['has a hole', hole, 2, [{ index: 1, event: undefined, explanation: 'event: must be an object' }]],
    [
      'has a getter that throws',
      getter,
      2,
      [{ index: 1, explanation: 'event: could not be read: Error: never' }],
    ],
    ['is a set', new Set([event(), event()]), 2, []],
    ['is a generator', [event(), null].values(), 1, [{ index: 1, event: null }]],
    [
      'breaks off',
      breaking(),
      1,
      [{ index: 1, explanation: 'events: the list could not be read further: Error: broken' }],
    ],
    ['is one event', event(), 0, [{ index: 0, explanation: 'events: must be an array of events' }]],
    [
      'is a text',
      'events',
      0,
      [{ index: 0, event: 'events', explanation: 'events: must be an array of events' }],
    ],
    ['is undefined', undefined, 0, [{ index: 0, explanation: 'events: must be an array of events' }]],
    ['is null', null, 0, [{ index: 0, explanation: 'events: must be an array of events' }]],
    ['is a number', 7, 0, [{ index: 0, explanation: 'events: must be an array of events' }]],
    [
      'is a promise',
      Promise.resolve([event()]),
      0,
      [{ index: 0, explanation: 'events: must be an array of events' }],
    ],
    [
      'is a revoked proxy',
      revoked([]),
      0,
      [
        {
          index: 0,
          explanation: expect.stringMatching(/^events: the list could not be read further: TypeError/),
        },
      ],
    ],
  ])('that %s is published as far as it goes', async (_, list, published, wrong) => {
    const { publisher } = await publisherTo(accept);
    const result = await publisher.publish(list as never);
    expect(result.published).toHaveLength(published);
    expect(result.unpublished).toMatchObject(wrong.map((each) => ({ reason: 'invalid', ...each })));
    expect(result.unpublished).toHaveLength(wrong.length);
  });

  test('that names one event twice has two results for it', async () => {
    const { publisher } = await publisherTo(accept);
    const twice = event();
    const { published } = await publisher.publish([twice, twice]);
    expect(published.map((each) => each.event)).toEqual([twice, twice]);
  });

  test('is what it was when it was handed over', async () => {
    const { publisher } = await publisherTo(accept);
    const list = [event(), event()];
    const publishing = publisher.publish(list);
    list.pop();
    expect((await publishing).published).toHaveLength(2);
  });
});

describe('what is checked is what is sent', () => {
  test('of an event whose getters tell another thing each time', () => {
    const reads = new Map<PropertyKey, number>();
    const changing = (target: object): object =>
      new Proxy(target, {
        get(inner, name) {
          const read = (reads.get(name) ?? 0) + 1;
          reads.set(name, read);
          const value: unknown = Reflect.get(inner, name);
          return read > 1 && name !== 'toJSON' ? Number.NaN : value;
        },
      });
    const data = changing({ ...first.example, rate: 1 });
    const content = toEntryContent(changing(event({ data })));
    expect(content).toMatchObject({ detailType: first.type, detail: expect.stringContaining('"rate":1}') });
  });

  test.each<[what: string, value: (toJSON: () => unknown) => unknown]>([
    ['the event', (toJSON) => ({ toJSON })],
    ['the data', (toJSON) => event({ data: { toJSON } })],
  ])('of %s that writes itself, once', (_, value) => {
    let calls = 0;
    const whole = event({ data: { ...first.example, by: 'toJSON' } });
    const written = value(() => {
      calls += 1;
      return 'data' in (value(() => 0) as object) ? whole.data : whole;
    });
    expect(toEntryContent(written)).toMatchObject({ detail: expect.stringContaining('"by":"toJSON"') });
    expect(calls).toBe(1);
  });

  test('of a class whose fields are getters of its prototype', () => {
    class Created {
      get type() {
        return first.type;
      }
      id = 'evt_1';
      accountId = 'acc_1';
      occurredAt = new Date();
      data = first.example;
    }
    expect(toEntryContent(new Created())).toHaveProperty('detail');
  });

  test.each(['\uFFFE', '\uFFFF'])('with %j escaped, which no queue takes', (text) => {
    const content = toEntryContent(withData({ text }));
    expect(content).toMatchObject({ detail: expect.not.stringContaining(text) });
    expect(JSON.parse((content as { detail: string }).detail)).toMatchObject({ data: { text } });
  });

  test('the dispatcher takes everything that passes, and refuses what does not', () => {
    fc.assert(
      fc.property(fc.anything({ withDate: true, withBigInt: true, withNullPrototype: true }), (extra) => {
        const content = toEntryContent(withData({ extra }));
        if ('explanation' in content) return;
        const envelope = `{"id":"x","detail-type":"${content.detailType}","detail":${content.detail}}`;
        expect(parsePublishedEvent(envelope, new Date())).toHaveProperty('event');
      }),
    );
  });

  test('the dispatcher takes what is as deep as it may be', () => {
    const content = toEntryContent(withData({ extra: nested(990) }));
    const { detailType, detail } = content as { detailType: string; detail: string };
    const envelope = `{"id":"x","detail-type":"${detailType}","detail":${detail}}`;
    expect(parsePublishedEvent(envelope, new Date())).toHaveProperty('event');
  });
});
