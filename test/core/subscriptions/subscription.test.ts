import { describe, expect, test } from '@jest/globals';
import { eventTypes } from '../../../core/events/event-catalog.ts';
import {
  deadlineOf,
  hostOf,
  liveSecrets,
  maxLiveSecrets,
  maxTimeoutMs,
  patchSubscription,
  rotateSecrets,
  subscriptionSchemas,
} from '../../../core/subscriptions/subscription.ts';
import { subscription } from '../../support/builders.ts';

const publicOnly = { allowPrivateCallbacks: false, allowedPorts: [443], ownHosts: [] };
const { create: schema, patch: patchSchema } = subscriptionSchemas(publicOnly, 15_000);
const [first, second] = eventTypes;
const valid = { url: 'https://CRM.example.com/hook', eventTypes: [first], description: 'CRM' };

const callsRule = '`calls` must be a whole number from 1 to 1000';
const perSecondsRule = '`perSeconds` must be 1 (calls a second) or 60 (calls a minute)';

describe('a new subscription', () => {
  test('takes a subscription with its URL normalized', () => {
    expect(schema.parse(valid)).toEqual({
      ...valid,
      url: 'https://crm.example.com/hook',
      status: 'enabled',
      headers: {},
      metadata: {},
    });
  });

  test('needs no description', () => {
    expect(schema.parse({ url: valid.url, eventTypes: [first] }).description).toBe('');
  });

  test('an event type named twice counts once', () => {
    expect(schema.parse({ ...valid, eventTypes: [second, first, second] }).eventTypes).toEqual([
      second,
      first,
    ]);
  });

  test.each([
    ['no URL', { url: undefined }, 'url', ''],
    ['a URL that is none', { url: 'crm' }, 'url', 'must be an absolute URL'],
    ['plain http', { url: 'http://crm.example.com/' }, 'url', 'must start with https://'],
    ['a URL that is a number', { url: 5 }, 'url', ''],
    ['no types', { eventTypes: undefined }, 'eventTypes', ''],
    ['an empty list of types', { eventTypes: [] }, 'eventTypes', ''],
    ['an unknown type', { eventTypes: [first, 'ticket.exploded'] }, 'eventTypes.1', first],
    ['a status that there is not', { status: 'pending' }, 'status', 'must be "enabled" or "disabled"'],
    [
      'a rate that is a number',
      { rateLimit: 5 },
      'rateLimit',
      '{ "calls": 1 to 1000, "perSeconds": 1 or 60 }',
    ],
    ['a rate of nothing', { rateLimit: { calls: 0, perSeconds: 1 } }, 'rateLimit.calls', callsRule],
    ['a rate of too much', { rateLimit: { calls: 1_001, perSeconds: 60 } }, 'rateLimit.calls', callsRule],
    ['a rate of parts', { rateLimit: { calls: 1.5, perSeconds: 60 } }, 'rateLimit.calls', callsRule],
    [
      'a rate for a while',
      { rateLimit: { calls: 5, perSeconds: 10 } },
      'rateLimit.perSeconds',
      perSecondsRule,
    ],
    ['a rate for ever', { rateLimit: { calls: 5 } }, 'rateLimit.perSeconds', perSecondsRule],
    ['a rate with more', { rateLimit: { calls: 5, perSeconds: 1, burst: 9 } }, 'rateLimit', ''],
    ['a header that is ours', { headers: { Host: 'x' } }, 'headers.Host', 'is set by iOmniHub'],
    ['a long description', { description: 'x'.repeat(501) }, 'description', ''],
  ])('%s is an error of its field', (_, wrong, field, message) => {
    const issues = schema.safeParse({ ...valid, ...wrong }).error?.issues ?? [];

    expect(issues.map(({ path }) => path.join('.'))).toEqual([field]);
    expect(issues[0]?.message).toContain(message);
  });

  test.each(['accountId', 'id', 'secrets', 'provenAt', 'version', 'anything'])(
    'refuses %s, which is not the caller’s',
    (field) => {
      expect(schema.safeParse({ ...valid, [field]: 'x' }).error?.issues[0]).toMatchObject({
        code: 'unrecognized_keys',
        keys: [field],
      });
    },
  );

  const timeout = 'must be a whole number of milliseconds from 1000 to 20000';
  test.each<
    [field: keyof ReturnType<typeof schema.parse>, fitting: unknown[], others: unknown[], message: string]
  >([
    [
      'rateLimit',
      [
        { calls: 1, perSeconds: 60 },
        { calls: 1_000, perSeconds: 1 },
      ],
      [5, '5', null],
      'must be { "calls": 1 to 1000, "perSeconds": 1 or 60 }',
    ],
    ['timeoutMs', [1_000, 20_000], [999, 20_001, 1_000.5, '5000', null], timeout],
    ['description', ['', 'x'.repeat(500)], ['x'.repeat(501)], 'must have at most 500 characters'],
    ['description', [], [5, null, {}], 'must be text'],
    ['eventTypes', [[first], eventTypes], [[]], 'must name at least one event type'],
    [
      'eventTypes',
      [Array.from({ length: 100 }, () => first)],
      [Array.from({ length: 101 }, () => first)],
      'must name at most 100 event types',
    ],
    ['eventTypes', [['*']], ['*', null, {}], 'must be a list of event types'],
    ['status', ['enabled', 'disabled'], ['pending', '', true], 'must be "enabled" or "disabled"'],
  ])('has limits on its %s', (field, fitting, others, message) => {
    expect(fitting.filter((value) => !schema.safeParse({ ...valid, [field]: value }).success)).toEqual([]);
    expect(fitting.filter((value) => !patchSchema.safeParse({ [field]: value }).success)).toEqual([]);
    for (const value of others) {
      const issues = schema.safeParse({ ...valid, [field]: value }).error?.issues ?? [];
      expect(issues.map((issue) => [issue.path, issue.message])).toEqual([[[field], message]]);
    }
  });

  test.each(['rateLimit', 'timeoutMs'] as const)(
    'has no %s unless it is given, and null takes it away',
    (field) => {
      expect(schema.parse(valid)).not.toHaveProperty(field);
      expect(patchSchema.parse({ [field]: null })).toEqual({ [field]: null });
      expect(patchSchema.parse({})).toEqual({});
    },
  );

  test('private addresses are a matter of the stage', () => {
    const { create: local } = subscriptionSchemas({ ...publicOnly, allowPrivateCallbacks: true }, 15_000);

    expect(local.parse({ ...valid, url: 'http://127.0.0.1:4000/hook' }).url).toBe(
      'http://127.0.0.1:4000/hook',
    );
  });
});

test('a secret signs until it expires, and not from that moment', () => {
  const [current, previous] = [
    { sealed: 'new', createdAt: '2026-11-23T00:00:00.000Z' },
    { sealed: 'old', createdAt: '2026-01-01T00:00:00.000Z', expiresAt: '2026-11-24T00:00:00.000Z' },
  ];
  const at = (time: string) => liveSecrets(subscription({ secrets: [current, previous] }), new Date(time));

  expect(at('2026-11-23T23:59:59.999Z')).toEqual([current, previous]);
  expect(at('2026-11-24T00:00:00.000Z')).toEqual([current]);
});

describe('a change', () => {
  const seen = subscription({
    verifiedAt: '2026-11-23T00:00:00.000Z',
    receiver: {
      provenAt: '2026-11-23T00:00:00.000Z',
      slowSince: '2026-11-23T01:00:00.000Z',
      refused: { since: '2026-11-23T02:00:00.000Z', address: '10.0.0.7' },
    },
  });

  test('leaves alone what it does not name', () => {
    expect(patchSubscription(seen, patchSchema.parse({ description: 'new' }))).toEqual({
      ...seen,
      description: 'new',
    });
  });

  test('of the URL makes void what was known of the receiver', () => {
    const moved = patchSubscription(seen, patchSchema.parse({ url: 'https://new.example.com/' }));

    expect(moved).toMatchObject({
      url: 'https://new.example.com/',
      receiver: {},
      verifiedAt: undefined,
    });
  });

  test('to the same URL, however written, makes nothing void', () => {
    const same = patchSubscription(
      seen,
      patchSchema.parse({ url: 'https://CRM.example.com:443/hooks/iomnihub' }),
    );

    expect(same).toMatchObject({ receiver: seen.receiver, verifiedAt: seen.verifiedAt });
  });

  test('that enables makes refusals of the address not count any more, and keeps all else', () => {
    const { provenAt, slowSince } = seen.receiver;

    expect(patchSubscription(seen, patchSchema.parse({ status: 'enabled' })).receiver).toEqual({
      provenAt,
      slowSince,
    });
  });

  test('that enables changes nothing of the health of a receiver that is called already', () => {
    const time = '2026-11-23T17:00:00.000Z';
    const health = {
      failing: { since: time, count: 5, eventId: 'evt_1', lastReason: 'timeout' },
      breaker: { state: 'open', openedAt: time, openings: 3, until: time },
      throttledUntil: time,
      throttles: 2,
    } as const;
    const failing = { ...seen, receiver: { provenAt: time, ...health } };

    expect(patchSubscription(failing, { status: 'enabled' }).receiver).toEqual(failing.receiver);
    expect(patchSubscription({ ...failing, status: 'disabled' }, { status: 'enabled' }).receiver).toEqual({
      provenAt: time,
    });
  });

  test('takes a rate limit away by null', () => {
    const rateLimit = { calls: 5, perSeconds: 60 } as const;
    const limited = { ...seen, rateLimit };

    expect(patchSubscription(limited, { description: 'x' }).rateLimit).toEqual(rateLimit);
    expect(patchSubscription(limited, { rateLimit: null }).rateLimit).toBeUndefined();
  });

  test('takes a deadline away by null', () => {
    const hurried = { ...seen, timeoutMs: 2_000 };

    expect(patchSubscription(hurried, { description: 'x' }).timeoutMs).toBe(2_000);
    expect(patchSubscription(hurried, { timeoutMs: 3_000 }).timeoutMs).toBe(3_000);
    expect(patchSubscription(hurried, { timeoutMs: null }).timeoutMs).toBeUndefined();
  });

  test('that disables keeps what is known of the receiver', () => {
    expect(patchSubscription(seen, { status: 'disabled' })).toMatchObject({ receiver: seen.receiver });
  });

  test('of the status takes away why it was disabled', () => {
    const gone = subscription({ status: 'disabled', disabledReason: 'gone' });

    expect(patchSubscription(gone, { status: 'enabled' }).disabledReason).toBeUndefined();
    expect(patchSubscription(gone, { description: 'x' }).disabledReason).toBe('gone');
  });
});

test.each([
  ['https://crm.example.com/hooks', 'crm.example.com'],
  ['https://crm.example.com:8443/', 'crm.example.com:8443'],
  ['no URL', ''],
])('the host of %s is %j', (url, host) => {
  expect(hostOf({ url })).toBe(host);
});

test.each([
  [undefined, 15_000, 15_000],
  [1_000, 15_000, 1_000],
  [20_000, 15_000, 20_000],
  [20_000, 3_000, 4_000],
])(
  'with a deadline of %p of its own and %i of the stage, a call has %i ms',
  (timeoutMs, stageMs, deadlineMs) => {
    expect(deadlineOf(subscription(timeoutMs ? { timeoutMs } : {}), stageMs)).toBe(deadlineMs);
  },
);

describe('a rotation', () => {
  const now = new Date('2026-11-24T00:00:00.000Z');
  const current = { sealed: 'current', createdAt: '2026-11-01T00:00:00.000Z' };

  test('puts the new secret first and lets the old one sign until the overlap ends', () => {
    expect(rotateSecrets(subscription({ secrets: [current] }), 'new', 3_600, now)).toEqual([
      { sealed: 'new', createdAt: now.toISOString() },
      { ...current, expiresAt: '2026-11-24T01:00:00.000Z' },
    ]);
  });

  test('prolongs no secret that was to end sooner, and drops those that have ended', () => {
    const secrets = [
      current,
      { ...current, sealed: 'ending', expiresAt: '2026-11-24T00:10:00.000Z' },
      { ...current, sealed: 'ended', expiresAt: now.toISOString() },
    ];

    const rotated = rotateSecrets(subscription({ secrets }), 'new', 3_600, now);
    expect(rotated.map(({ sealed, expiresAt }) => [sealed, expiresAt])).toEqual([
      ['new', undefined],
      ['current', '2026-11-24T01:00:00.000Z'],
      ['ending', '2026-11-24T00:10:00.000Z'],
    ]);
  });

  test('ends the oldest at once when many sign already', () => {
    const secrets = Array.from({ length: maxLiveSecrets }, (_, age) => ({
      ...current,
      sealed: `old ${age}`,
    }));

    const rotated = rotateSecrets(subscription({ secrets }), 'new', 3_600, now);
    expect(rotated.map(({ sealed }) => sealed)).toEqual(['new', 'old 0', 'old 1', 'old 2', 'old 3']);
  });
});

test.each([
  [1_000, 1_333],
  [14_999, 19_998],
  [15_000, 20_000],
  [20_000, 20_000],
])('with a deadline of %i ms in its stage, an owner may set one of up to %i ms', (stageMs, longestMs) => {
  expect(maxTimeoutMs(stageMs)).toBe(longestMs);
});
