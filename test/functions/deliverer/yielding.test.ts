import { expect, test } from '@jest/globals';
import type { CallLimit } from '../../../core/rate-limit.ts';
import { createTurnReservation } from '../../../functions/deliverer/reserve-turn.ts';
import type { CallTurn } from '../../../functions/receivers/call-limiter.ts';
import { deliveryMessage, subscription } from '../../support/builders.ts';

const now = new Date('2026-11-23T17:00:00.000Z');
const share = 'account-at-host acc_1 crm.example.com';
const host = 'host crm.example.com';

/** A delivery that has waited for its account's share, at a host that is full. */
async function reserve(random: number, shareTurn: CallTurn) {
  const asked: string[][] = [];
  const reserveTurn = createTurnReservation({
    async reserveTurns(limits: readonly CallLimit[]) {
      asked.push(limits.map(({ bucket }) => bucket));
      return asked.length === 1 ? { kind: 'full', limit: 'host', passed: ['account acc_1'] } : shareTurn;
    },
    contendedHosts: { countContenders: () => 3, addContender: async () => undefined },
    names: { resolveName: async () => [] },
    settings: {
      accountRatePerSecond: 500,
      hostRatePerSecond: 200,
      maxDeliverers: 100,
      queueMarginSeconds: 60,
    },
    now: () => now,
    random: () => random,
  });
  const message = deliveryMessage({ turn: { at: now.toISOString(), passed: [share] } });
  const ending = await reserveTurn({ message, claimed: undefined }, subscription());
  return { ending, asked };
}

const at = (ms: number) => new Date(now.getTime() + ms);
const later = (ms: number): CallTurn => ({
  kind: 'later',
  at: at(ms),
  limit: 'account-at-host',
  passed: [share],
});

test.each<[name: string, random: number, shareTurn: CallTurn, waitMs: number]>([
  ['a second at least', 0, { kind: 'now' }, 1_000],
  ['up to two, so that not all come back together', 0.75, { kind: 'now' }, 1_750],
  ['a second, though its turn is sooner', 0, later(400), 1_000],
  ['until its turn, if that is later', 0.75, later(5_000), 5_000],
  ['a second if its share is full', 0, { kind: 'full', limit: 'account-at-host', passed: [] }, 1_000],
])('a call that yields waits %s', async (_, random, shareTurn, waitMs) => {
  const { ending, asked } = await reserve(random, shareTurn);

  expect(ending).toEqual({
    kind: 'postponed',
    limit: 'host',
    times: { waitMs, dueInMs: waitMs + 60_000 },
    turn: { at: at(waitMs).toISOString(), passed: [share, 'account acc_1'] },
    byQueue: true,
  });
  expect(asked).toEqual([['account acc_1', host, 'domain example.com'], [share]]);
});
