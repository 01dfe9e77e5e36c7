import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DeliveryOutcome } from '../../../core/receivers/delivery-outcome.ts';
import {
  type Breaker,
  beginProbe,
  type Failing,
  type Health,
  type HealthPolicy,
  halfOpen,
  isFailingForLong,
  judge,
  probeDueAt,
  probeSoon,
} from '../../../core/receivers/health.ts';

const policy: HealthPolicy = {
  breakerFailures: 5,
  breakerMinSeconds: 60,
  breakerMaxSeconds: 3_600,
  disableAfterSeconds: 5 * 86_400,
  cacheMs: 5_000,
};
const start = Date.parse('2026-11-23T17:00:00.000Z');
const at = (seconds: number) => new Date(start + seconds * 1_000);
const iso = (seconds: number) => at(seconds).toISOString();

const success: DeliveryOutcome = { kind: 'success', status: 204, durationMs: 12 };
const failure: DeliveryOutcome = { kind: 'failure', reason: 'status', status: 500, durationMs: 12 };
const silence: DeliveryOutcome = { kind: 'failure', reason: 'timeout', durationMs: 12 };
const throttling = (status: number, retryAfterSeconds?: number): DeliveryOutcome => ({
  kind: 'failure',
  reason: 'status',
  status,
  durationMs: 12,
  ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
});

type Call = readonly [seconds: number, eventId: string, outcome?: DeliveryOutcome, probe?: string];

function judgeAll(calls: readonly Call[], health: Health = {}, settings = policy): Health {
  return calls.reduce(
    (known, [seconds, eventId, outcome = failure, probe]) =>
      judge(known, { eventId, outcome, probe }, at(seconds), settings),
    health,
  );
}

/** So many failures of two deliveries, evenly over so many seconds. */
function run(count: number, seconds: number): Call[] {
  return Array.from({ length: count }, (_, index) => [(index * seconds) / (count - 1), `evt_${index % 2}`]);
}

describe('a breaker opens', () => {
  test.each<[string, readonly Call[], boolean]>([
    ['five failures of two deliveries over the time of the caches', run(5, 5), true],
    ['four failures', run(4, 5), false],
    ['five that are quicker than the caches', run(5, 4.999), false],
    ['a sixth one then, once that time is over', [...run(5, 4), [5, 'evt_0']], true],
    ['five of one delivery in less than a minute', run(5, 59).map(([s]) => [s, 'evt_0'] as const), false],
    ['five of one delivery over a minute', run(5, 60).map(([s]) => [s, 'evt_0'] as const), true],
    ['five with a success between', [...run(3, 5), [6, 'evt_2', success], [7, 'evt_3'], [8, 'evt_4']], false],
    [
      'five with a 429 between',
      [...run(3, 4), [5, 'evt_2', throttling(429)], [6, 'evt_3'], [7, 'evt_4']],
      true,
    ],
    ['five 429', run(5, 60).map(([s, id]) => [s, id, throttling(429)] as const), false],
    ['five 503 with Retry-After', run(5, 60).map(([s, id]) => [s, id, throttling(503, 30)] as const), false],
    ['five 503 without', run(5, 5).map(([s, id]) => [s, id, throttling(503)] as const), true],
    ['five without an answer', run(5, 5).map(([s, id]) => [s, id, silence] as const), true],
  ])('or not: after %s', (_, calls, isOpen) => {
    expect(judgeAll(calls).breaker?.state).toBe(isOpen ? 'open' : undefined);
  });

  test('never on a stage that does not want it', () => {
    const never = { ...policy, breakerFailures: 0 };

    expect(judgeAll(run(100, 3_600), {}, never).breaker).toBeUndefined();
    expect(judgeAll(run(100, 3_600), {}, never).failing).toMatchObject({ count: 1, isOfSeveral: true });
  });

  test('for a minute at first', () => {
    expect(judgeAll(run(5, 5)).breaker).toEqual({
      state: 'open',
      openedAt: iso(5),
      openings: 1,
      until: iso(65),
    });
  });

  test('and what it was opened by is known', () => {
    expect(judgeAll([...run(4, 4), [5, 'evt_9', silence]]).failing).toMatchObject({
      since: iso(0),
      count: 5,
      eventId: 'evt_0',
      isOfSeveral: true,
      lastReason: 'timeout',
    });
  });

  test('never more often than once for a run, however many calls that had begun still fail', () => {
    const open = judgeAll(run(5, 5));

    expect(
      judgeAll(
        [
          [6, 'evt_7'],
          [7, 'evt_8', silence],
          [400, 'evt_9'],
        ],
        open,
      ),
    ).toEqual(open);
  });
});

describe('an open breaker', () => {
  const openings = (count: number): Breaker => ({
    state: 'open',
    openedAt: iso(0),
    openings: count,
    until: iso(0),
  });
  const probing = (count: number) => beginProbe(openings(count), 'prb_1', at(0), 60_000);

  test.each([
    [1, 120],
    [2, 240],
    [5, 1_920],
    [6, 3_600],
    [20, 3_600],
  ])('that has opened %i times stays open for %i s after a failed probe', (count, seconds) => {
    expect(judgeAll([[10, 'evt_1', failure, 'prb_1']], { breaker: probing(count) }).breaker).toEqual({
      state: 'open',
      openedAt: iso(0),
      openings: count + 1,
      until: iso(10 + seconds),
    });
  });

  test.each([
    ['another probe, which was lost', 'prb_0'],
    ['a test of its owner, or a call that had begun before', undefined],
  ])('does not change by a failure of %s', (_, probe) => {
    const breaker = probing(1);

    expect(judgeAll([[10, 'evt_1', failure, probe]], { breaker }).breaker).toBe(breaker);
  });

  test.each(['prb_1', 'prb_0', undefined])('closes by any success, here of the probe %p', (probe) => {
    const known = { breaker: probing(3), failing: judgeAll(run(5, 5)).failing } as Health;

    expect(judgeAll([[10, 'evt_1', success, probe]], known)).toEqual({});
  });

  test('whose probe is told to come later probes then, and has not failed once more', () => {
    const health = judgeAll([[10, 'evt_1', throttling(429, 300), 'prb_1']], { breaker: probing(2) });

    expect(health).toEqual({
      throttledUntil: iso(310),
      breaker: { state: 'open', openedAt: iso(0), openings: 2, until: iso(310) },
    });
  });

  test('is due when it is to be probed, when its probe is lost, and once in an hour if there is nothing to probe with', () => {
    expect(probeDueAt(openings(1))).toBe(iso(0));
    expect(probeDueAt(probing(1))).toBe(iso(60));
    expect(probeDueAt(halfOpen(openings(1), at(0)))).toBe(iso(3_600));
    expect(probeDueAt(probeSoon(halfOpen(openings(4), at(0)), at(7)))).toBe(iso(7));
    expect(probeDueAt(undefined)).toBeUndefined();
  });

  test('keeps since when and how often it has opened through all states', () => {
    const states = [probing(4), halfOpen(probing(4), at(0)), probeSoon(halfOpen(probing(4), at(0)), at(0))];

    for (const state of states) expect(state).toMatchObject({ openedAt: iso(0), openings: 4 });
  });
});

describe('a success and an opening at the same time', () => {
  const four = judgeAll(run(4, 5));

  test('the success is written first: the failure begins a run of its own', () => {
    const health = judgeAll(
      [
        [6, 'evt_1', success],
        [6, 'evt_2', failure],
      ],
      four,
    );

    expect(health).toMatchObject({ failing: { since: iso(6), count: 1 } });
    expect(health).not.toHaveProperty('breaker');
  });

  test('the opening is written first: the success closes it', () => {
    expect(judgeAll([[6, 'evt_2', failure]], four)).toHaveProperty('breaker');
    expect(
      judgeAll(
        [
          [6, 'evt_2', failure],
          [6, 'evt_1', success],
        ],
        four,
      ),
    ).toEqual({});
  });
});

describe('a receiver that wants fewer calls', () => {
  test.each([
    [throttling(429), 10],
    [throttling(429, 90), 90],
    [throttling(503, 90), 90],
    [throttling(429, 100_000), 3_600],
  ])('%j gets none for %i s', (outcome, seconds) => {
    expect(judgeAll([[0, 'evt_1', outcome]])).toEqual({ throttledUntil: iso(seconds) });
  });

  test('is taken by its first word until that has passed', () => {
    const health = judgeAll([
      [0, 'evt_1', throttling(429, 60)],
      [1, 'evt_2', throttling(429, 600)],
    ]);

    expect(health).toEqual({ throttledUntil: iso(60) });
    expect(judgeAll([[60, 'evt_3', throttling(429, 600)]], health)).toEqual({ throttledUntil: iso(660) });
  });

  test('stays so after a success of a call that had begun before', () => {
    expect(
      judgeAll([
        [0, 'evt_1', throttling(429, 60)],
        [1, 'evt_2', success],
      ]),
    ).toEqual({
      throttledUntil: iso(60),
    });
  });
});

describe('the owner of a receiver that fails', () => {
  const told = (seconds: number, settings = policy) => judgeAll([[seconds, 'evt_1']], {}, settings).failing;

  test('is told after a day, and a day before the end', () => {
    expect(told(0)).toMatchObject({
      tellAt: iso(86_400),
      warnAt: iso(4 * 86_400),
      disablesAt: iso(5 * 86_400),
    });
  });

  test('is told sooner once the breaker has been open for its longest time', () => {
    expect(judgeAll(run(5, 5)).failing).toMatchObject({ tellAt: iso(5 + 3_600) });
  });

  test('is not told again: a notice that was sent does not come back', () => {
    const { tellAt: _, ...failing } = judgeAll(run(4, 5)).failing ?? ({} as Failing);

    expect(judgeAll([[6, 'evt_1']], { failing }).failing).not.toHaveProperty('tellAt');
  });

  test('is warned at half of a time that is shorter than two days', () => {
    expect(told(0, { ...policy, disableAfterSeconds: 86_400 })).toMatchObject({
      warnAt: iso(43_200),
      disablesAt: iso(86_400),
    });
  });

  test('keeps the subscription for ever on a stage that wants that', () => {
    const failing = told(0, { ...policy, disableAfterSeconds: 0 });

    expect(failing).not.toHaveProperty('warnAt');
    expect(failing && isFailingForLong(failing, at(1e8))).toBe(false);
  });

  test.each([
    [5 * 86_400 - 1, false],
    [5 * 86_400, true],
  ])('has it disabled or not after %i s', (seconds, isLong) => {
    const failing = told(0);
    expect(failing && isFailingForLong(failing, at(seconds))).toBe(isLong);
  });
});

test('whatever comes, a run costs at most one write for each counted failure, and one for its second event', () => {
  const outcome = fc.constantFrom(failure, silence);
  const call = fc.tuple(fc.integer({ min: 0, max: 3 }), outcome);
  fc.assert(
    fc.property(fc.array(call, { maxLength: 60 }), (calls) => {
      let health: Health = {};
      let writes = 0;
      for (const [index, [event, result]] of calls.entries()) {
        const next = judge(health, { eventId: `evt_${event}`, outcome: result }, at(index), policy);
        const keys = ['failing', 'breaker', 'throttledUntil'] as const;
        if (keys.some((key) => next[key] !== health[key])) writes += 1;
        health = next;
      }
      expect(writes).toBeLessThanOrEqual(policy.breakerFailures + 2);
    }),
  );
});
