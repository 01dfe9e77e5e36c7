import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Breaker,
  beginProbe,
  halfOpen,
  probeDueAt,
  probeSoon,
} from '../../../core/receivers/breaker.ts';
import type { DeliveryOutcome } from '../../../core/receivers/delivery-outcome.ts';
import {
  type Failing,
  type Health,
  type HealthPolicy,
  isFailingForLong,
  judge,
  shiftRun,
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

    expect(health).toMatchObject({
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
    [throttling(429, 0), 10],
    [throttling(503, 3), 10],
    [throttling(429, 90), 90],
    [throttling(503, 90), 90],
    [throttling(429, 100_000), 3_600],
  ])('%j gets none for %i s', (outcome, seconds) => {
    expect(judgeAll([[0, 'evt_1', outcome]])).toMatchObject({ throttledUntil: iso(seconds), throttles: 1 });
  });

  test('is taken by its first word until that has passed', () => {
    const health = judgeAll([
      [0, 'evt_1', throttling(429, 60)],
      [1, 'evt_2', throttling(429, 600)],
    ]);

    expect(health).toMatchObject({ throttledUntil: iso(60), throttles: 1 });
    expect(judgeAll([[60, 'evt_3', throttling(429, 600)]], health)).toMatchObject({
      throttledUntil: iso(660),
      throttles: 2,
    });
  });

  /** For how long calls are held back by each of so many 429 that come as soon as they can. */
  function waits(count: number, retryAfterSeconds: number | undefined, health: Health = {}): number[] {
    const found: number[] = [];
    let known = health;
    let seconds = 0;
    for (let index = 0; index < count; index += 1) {
      known = judgeAll([[seconds, 'evt_1', throttling(429, retryAfterSeconds)]], known);
      const until = (Date.parse(known.throttledUntil ?? iso(0)) - start) / 1_000;
      found.push(until - seconds);
      seconds = until;
    }
    return found;
  }

  test('waits for twice as long each time, or for what it asks if that is longer, and for an hour at most', () => {
    expect(waits(11, 0)).toEqual([10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600]);
    expect(waits(4, 30)).toEqual([30, 30, 40, 80]);
    expect(waits(1, 0, { throttles: 10_000 })).toEqual([3_600]);
  });

  test('waits briefly again after a 2xx', () => {
    const answered = judgeAll([
      [0, 'evt_1', throttling(429)],
      [10, 'evt_1', throttling(429)],
      [30, 'evt_1', success],
    ]);

    expect(judgeAll([[31, 'evt_2', throttling(429)]], answered)).toMatchObject({
      throttledUntil: iso(41),
      throttles: 1,
    });
  });

  test('and says nothing else for days has its owner told, and is disabled, but opens no breaker', () => {
    const calls = Array.from(
      { length: 200 },
      (_, hour): Call => [hour * 3_600, `evt_${hour}`, throttling(429)],
    );
    const health = judgeAll(calls);

    expect(health).not.toHaveProperty('breaker');
    expect(health.failing).toMatchObject({
      since: iso(0),
      count: 0,
      lastReason: 'status',
      lastStatus: 429,
      tellAt: iso(86_400),
      warnAt: iso(4 * 86_400),
      disablesAt: iso(5 * 86_400),
    });
    expect(health.failing && isFailingForLong(health.failing, at(5 * 86_400))).toBe(true);
  });

  test('has its failures counted from the first one that is no such answer', () => {
    expect(judgeAll([[0, 'evt_0', throttling(429)], ...run(4, 20)]).failing).toMatchObject({ count: 4 });
    expect(judgeAll([[0, 'evt_0', throttling(429)], ...run(4, 20)])).not.toHaveProperty('breaker');
    expect(judgeAll([[0, 'evt_0', throttling(429)], ...run(5, 20)])).toHaveProperty('breaker');
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

describe('a first failure right after a success', () => {
  const first = (health: Health) =>
    judge(health, { eventId: 'evt_1', outcome: failure, isFirstFailure: true }, at(9), policy);

  test('begins no run', () => {
    const health = { throttledUntil: iso(1) };
    expect(first(health)).toBe(health);
  });

  test('counts in a run that others have begun', () => {
    const { failing } = judgeAll(run(2, 5));
    expect(failing && first({ failing }).failing).toMatchObject({ count: 3 });
  });
});

test('a run is shifted by a time in which nothing could be called: when it began stays, what follows comes later', () => {
  const { failing } = judgeAll([[0, 'evt_1']]);
  if (!failing) throw new Error('there is no run');

  expect(shiftRun(failing, 3_600_000)).toEqual({
    ...failing,
    tellAt: iso(90_000),
    warnAt: iso(4 * 86_400 + 3_600),
    disablesAt: iso(5 * 86_400 + 3_600),
  });
  const { tellAt: _, warnAt: __, disablesAt: ___, ...told } = failing;
  expect(shiftRun(told, 3_600_000)).toEqual(told);
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
