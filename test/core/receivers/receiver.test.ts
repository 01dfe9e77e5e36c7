import { describe, expect, test } from '@jest/globals';
import { type FailureReason, failureReasons } from '../../../core/receivers/delivery-outcome.ts';
import { learnFrom, type Receiver } from '../../../core/receivers/receiver.ts';

const start = new Date('2026-11-23T17:00:00.000Z');
const at = start.toISOString();
const before = '2026-11-20T00:00:00.000Z';
const deadlineMs = 15_000;
const hourMs = 3_600_000;

function after(ms: number): Date {
  return new Date(start.getTime() + ms);
}

function succeed(remoteAddress?: string, durationMs = 12) {
  return { kind: 'success', status: 204, durationMs, ...(remoteAddress ? { remoteAddress } : {}) } as const;
}

function fail(reason: FailureReason, remoteAddress?: string, durationMs = 12) {
  return { kind: 'failure', reason, durationMs, ...(remoteAddress ? { remoteAddress } : {}) } as const;
}

const refusedAt = (refusedAddress: string) =>
  ({ ...fail('address-forbidden'), refusal: 'private-network', refusedAddress }) as const;

type Outcome = Parameters<typeof learnFrom>[1]['outcome'];

const policy = {
  callbackTimeoutMs: deadlineMs,
  breakerFailures: 5,
  breakerMinSeconds: 60,
  breakerMaxSeconds: 3_600,
  disableAfterSeconds: 5 * 86_400,
  cacheMs: 5_000,
};

function learn(receiver: Receiver, outcome: Outcome, now = start) {
  return learnFrom(receiver, { eventId: 'evt_1', outcome }, now, policy);
}

/** What is known after calls, each so many milliseconds after the start, and how many writes that took. */
function learnAll(receiver: Receiver, calls: readonly (readonly [ms: number, outcome: Outcome])[]) {
  let [known, writes] = [receiver, 0];
  for (const [ms, outcome] of calls) {
    const lesson = learn(known, outcome, after(ms));
    if (!lesson) continue;
    writes += 1;
    known = lesson.receiver;
  }
  return { known, writes };
}

function every(spacingMs: number, count: number, outcome: Outcome, fromMs = 0) {
  return Array.from({ length: count }, (_, index) => [fromMs + index * spacingMs, outcome] as const);
}

const called = failureReasons.filter((reason) => reason !== 'invalid-url' && reason !== 'address-forbidden');

describe('a receiver is proven', () => {
  const proven = { provenAt: before, provenAddresses: ['192.0.2.1'] };

  test('by a success, once', () => {
    expect(learn({}, succeed('192.0.2.1'))).toEqual({
      receiver: { provenAt: at, provenAddresses: ['192.0.2.1'] },
    });
    expect(learn(proven, succeed('192.0.2.1'))).toBeUndefined();
    expect(learn({}, succeed())).toEqual({ receiver: { provenAt: at } });
    expect(learn({ provenAt: before }, succeed())).toBeUndefined();
  });

  test.each(called)('not by a failure, such as %s', (reason) => {
    expect(learn({}, fail(reason, '192.0.2.1'))?.receiver ?? {}).toEqual({});
  });

  test('at each address that answers with 2xx, of which eight are kept', () => {
    const addresses = Array.from({ length: 12 }, (_, index) => `192.0.2.${index + 1}`);
    const calls = [...addresses, ...addresses].map((address) => [0, succeed(address)] as const);

    expect(learnAll({}, calls)).toEqual({
      known: { provenAt: at, provenAddresses: addresses.slice(0, 8) },
      writes: 8,
    });
  });

  test('no longer after three failures in a row at an address that never answered with 2xx', () => {
    const failure = fail('status', '198.51.100.1');

    expect(learn(proven, failure)).toEqual({ receiver: { ...proven, doubts: { count: 2, at } } });
    expect(learnAll(proven, every(10, 2, failure)).known).toHaveProperty('provenAt');
    expect(learnAll(proven, every(10, 3, failure))).toEqual({ known: {}, writes: 3 });
  });

  test('though new addresses of its pool fail now and then', () => {
    const calls = Array.from({ length: 40 }, (_, index) => [
      [index * 1_000, fail('status', `198.51.100.${index}`)] as const,
      [index * 1_000 + 1, fail('timeout', `198.51.100.${index}`)] as const,
      [index * 1_000 + 2, succeed('192.0.2.1')] as const,
    ]).flat();

    expect(learnAll(proven, calls).known).toEqual(proven);
  });

  test.each([
    ['at its own address', '192.0.2.1'],
    ['without a connection', undefined],
  ])('though it fails for less than 50 minutes, %s', (_, address) => {
    const failure = fail('timeout', address);

    expect(learnAll(proven, every(1_000, 3_000, failure))).toEqual({
      known: { ...proven, doubts: { count: 5, at: after(40 * 60_000).toISOString() } },
      writes: 5,
    });
    expect(learnAll(proven, every(1_000, 3_001, failure)).known).toEqual({});
  });

  test('whatever its address is, if none was known of its successes', () => {
    expect(learn({ provenAt: before }, fail('status', '192.0.2.9'))).toEqual({
      receiver: { provenAt: before, doubts: { count: 1, at } },
    });
  });

  test('without doubt after a success, but a single doubt is not worth a write', () => {
    const doubtful = (count: number) => ({ ...proven, doubts: { count, at: before } });

    expect(learn(doubtful(1), succeed('192.0.2.1'))).toBeUndefined();
    expect(learn(doubtful(2), succeed('192.0.2.1'))).toEqual({ receiver: proven });
    expect(learn(doubtful(5), succeed())).toEqual({ receiver: proven });
  });

  test('though failures and successes take turns for days, with few writes', () => {
    const calls = every(1_000, 172_800, fail('status', '192.0.2.1')).flatMap(
      ([ms, failure]) => [[ms, failure] as const, [ms + 1, succeed('192.0.2.1')] as const] as const,
    );
    const { known, writes } = learnAll(proven, calls);

    expect(known.provenAt).toBe(before);
    // At most three in ten minutes.
    expect(writes).toBeLessThanOrEqual(3 * 6 * 48);
  });

  test.each(['address-forbidden', 'invalid-url'] as const)(
    'whatever happens before a connection, such as %s',
    (reason) => {
      expect(learn({ ...proven, doubts: { count: 5, at: before } }, fail(reason))?.receiver).toMatchObject({
        provenAt: before,
        doubts: { count: 5 },
      });
    },
  );
});

describe('a receiver is disabled', () => {
  test.each(['gone', 'invalid-url'] as const)('by %s at once, and keeps what is known', (reason) => {
    const known = { provenAt: before, doubts: { count: 1, at } };

    expect(learn(known, fail(reason))).toEqual({ receiver: known, disable: reason });
  });

  test.each([
    ['a failure', { ...fail('status'), directive: 'disable' }, 'asked-by-receiver'],
    ['a success', { ...succeed(), directive: 'disable' }, 'asked-by-receiver'],
    ['a 410', { ...fail('gone'), directive: 'disable' }, 'gone'],
  ] as const)('by %s whose answer asks for it', (_, outcome, disable) => {
    const known = { provenAt: before };

    expect(learn(known, outcome)).toMatchObject({ receiver: known, disable });
  });

  test.each(called.filter((reason) => reason !== 'gone'))('never by %s', (reason) => {
    expect(learn({ refused: { since: before } }, fail(reason))).not.toHaveProperty('disable');
    const aborted = { ...fail(reason), directive: 'abort-message' } as const;
    expect(learn({ refused: { since: before } }, aborted)).not.toHaveProperty('disable');
  });

  const refusal = refusedAt('10.0.0.7');
  const refused = { since: at, address: '10.0.0.7', refusal: 'private-network' };

  test.each([
    [24 * hourMs - 1, undefined],
    [24 * hourMs, { receiver: { refused }, disable: 'address-forbidden' }],
    [48 * hourMs, { receiver: { refused }, disable: 'address-forbidden' }],
  ])('by refused addresses only after a day: after %i ms', (ms, lesson) => {
    expect(learn({ refused }, refusedAt('10.0.0.8'), after(ms))).toEqual(lesson);
  });

  test('not by any number of refusals within a day, which cost one write', () => {
    expect(learnAll({}, every(60_000, 24 * 60, refusal))).toEqual({ known: { refused }, writes: 1 });
  });

  test.each([
    ['a success', succeed('192.0.2.1')],
    ...called.filter((reason) => reason !== 'gone').map((reason) => [reason, fail(reason)] as const),
  ])('not by refusals a day apart, if %s lies between', (_, other) => {
    const { known } = learnAll({}, [
      [0, refusal],
      [hourMs, other],
    ]);

    expect(known).not.toHaveProperty('refused');
    expect(learn(known, refusal, after(30 * hourMs))).toEqual({
      receiver: { ...known, refused: { ...refused, since: after(30 * hourMs).toISOString() } },
    });
  });
});

describe('a receiver is slow', () => {
  const slow = { slowSince: before };

  test.each([
    [3_749, undefined],
    [3_750, { receiver: { provenAt: before, slowSince: at } }],
    [15_000, { receiver: { provenAt: before, slowSince: at } }],
  ])('after a call of %i ms of 15 s', (durationMs, lesson) => {
    expect(learn({ provenAt: before }, succeed(undefined, durationMs))).toEqual(lesson);
  });

  test.each(failureReasons)('whatever came of the call, such as %s', (reason) => {
    expect(learn({}, fail(reason, undefined, 15_000))?.receiver).toMatchObject({ slowSince: at });
    expect(learn(slow, fail(reason, undefined, 15_000))?.receiver ?? slow).toMatchObject(slow);
  });

  test.each([
    ['successes', succeed()],
    ['failures', fail('status')],
  ])('until ten quick %s in four and a half minutes, and these cost ten writes', (_, quick) => {
    expect(learnAll(slow, every(1_000, 270, quick))).toMatchObject({
      known: { ...slow, quickCalls: { count: 9 } },
      writes: 9,
    });
    const { known, writes } = learnAll(slow, every(1_000, 271, quick));
    expect(known).not.toHaveProperty('slowSince');
    expect(known).not.toHaveProperty('quickCalls');
    expect(writes).toBe(10);
  });

  test('until ten quick calls, however seldom they are', () => {
    expect(learnAll(slow, every(hourMs, 9, succeed())).known).toMatchObject(slow);
    expect(learnAll(slow, every(hourMs, 10, succeed())).known).toEqual({ provenAt: at });
  });

  test('as long as a slow call comes among any ten, with few writes', () => {
    const calls = every(1_000, 36_000, succeed()).map(([ms, quick], index) =>
      index % 9 === 8 ? ([ms, succeed(undefined, 5_000)] as const) : ([ms, quick] as const),
    );
    const { known, writes } = learnAll({ provenAt: before, ...slow }, calls);

    expect(known).toMatchObject(slow);
    // At most two in half a minute: a quick call that counts, and a slow one that makes it void.
    expect(writes).toBeLessThanOrEqual(2 * 2 * 600);
  });

  test.each(['address-forbidden', 'invalid-url'] as const)(
    'as before if nothing was called: %s',
    (reason) => {
      const quickCalls = { count: 9, at: before };

      expect(learn({ ...slow, quickCalls }, fail(reason))?.receiver).toMatchObject({ ...slow, quickCalls });
    },
  );
});
