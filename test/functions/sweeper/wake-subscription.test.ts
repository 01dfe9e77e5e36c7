import { describe, expect, test } from '@jest/globals';
import type { WireCall } from '../../../bench/wire-proxy.ts';
import { type DeliveryMessage, refOf } from '../../../core/deliveries/delivery.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import { parkedDelivery, subscription } from '../../support/builders.ts';
import { type Deployment } from '../../support/deployment.ts';
import { type Held, prepareHeld } from '../../support/held.ts';

let deployment: Deployment;
let held: Held;
prepareHeld((suite) => {
  ({ deployment, held } = suite);
});

const writesSubscription = ({ operation, input }: WireCall) =>
  operation === 'PutItem' && String(input.Item.sk.S).startsWith('S#');

async function park(message: DeliveryMessage): Promise<void> {
  const times = { dueAt: held.secondsFromNow(7 * 86_400), parkedAt: held.secondsFromNow(0) };
  const row = { ...parkedDelivery(times), ...refOf(message) };
  await deployment.deliveries.replaceDelivery(undefined, row);
}

describe('a subscription that somebody else writes at the same time', () => {
  /** Others write it right before the sweeper does, so many times. */
  function writeBefore(of: Subscription, times: number): () => number {
    let count = 0;
    let isOurs = false;
    deployment.wire.table.intercept(async (call) => {
      if (isOurs || !writesSubscription(call) || count >= times) return call.forward();
      count += 1;
      isOurs = true;
      await held.change(of, (seen) => ({ ...seen, description: `${count}` }));
      isOurs = false;
      return call.forward();
    });
    return () => count;
  }

  test('is tried again at once, and the count of what ended undelivered is told in full', async () => {
    const exhaustion = { since: held.secondsFromNow(-60), tellAt: held.secondsFromNow(0) };
    const seen = await held.subscribe({ exhaustion });
    const of = { accountId: seen.accountId, subscriptionId: seen.id };
    for (let index = 0; index < 3; index += 1) await deployment.exhaustedCount.addExhausted(of);
    writeBefore(seen, 2);

    await deployment.sweep();

    expect(deployment.bus.accepted).toMatchObject([
      { type: 'webhook.delivery.exhausted', data: { count: 3 } },
    ]);
    expect(await deployment.exhaustedCount.readExhausted(of)).toBe(0);
    expect(await held.stored(seen)).toMatchObject({ description: '2' });
  });

  test('is left to the next sweep after three tries, which tells of all that are counted by then', async () => {
    const exhaustion = { since: held.secondsFromNow(-60), tellAt: held.secondsFromNow(0) };
    const seen = await held.subscribe({ exhaustion });
    const of = { accountId: seen.accountId, subscriptionId: seen.id };
    await deployment.exhaustedCount.addExhausted(of);
    const count = writeBefore(seen, 3);

    await deployment.sweep();
    expect(count()).toBe(3);
    expect(deployment.bus.accepted).toEqual([]);
    await deployment.exhaustedCount.addExhausted(of);
    await deployment.sweep();

    expect(deployment.bus.accepted).toMatchObject([{ data: { count: 2 } }]);
  });
});

describe('while parked deliveries cannot be read', () => {
  const unreadable = () =>
    deployment.wire.table.intercept(async (call) => {
      if (call.operation !== 'BatchGetItem' || !JSON.stringify(call.input).includes('D#'))
        return call.forward();
      return {
        status: 200,
        body: { Responses: {}, UnprocessedKeys: call.input.RequestItems },
      };
    });

  test.each<[string, () => Partial<Subscription>]>([
    [
      'a drain does not end',
      () => ({
        drain: {
          since: held.secondsFromNow(-120),
          nextAt: held.secondsFromNow(0),
          perSecond: 4,
          emptySince: held.secondsFromNow(-60),
        },
      }),
    ],
    [
      'a breaker is not half-open',
      () => ({
        receiver: {
          breaker: {
            state: 'open',
            openedAt: held.secondsFromNow(-60),
            openings: 1,
            until: held.secondsFromNow(0),
          },
        },
      }),
    ],
  ])('%s, and the next sweep goes on', async (_, overrides) => {
    const seen = await held.subscribe(overrides());
    const message = await held.publish(seen);
    await park(message);
    unreadable();

    await deployment.sweep();
    expect(await held.stored(seen)).toEqual(seen);
    expect(deployment.telemetry.named('sweep.failed')).toMatchObject([
      { fields: { subscriptionId: seen.id } },
    ]);

    deployment.wire.table.reset();
    await held.goOn(1);
    expect(await held.rowOf(message)).toMatchObject({ state: 'delivered' });
  });
});

describe('subscriptions that stay due', () => {
  test('hide none of those behind them in their shard, and end the sweep', async () => {
    const due = (index: number, accountId: string) =>
      subscription({
        id: `sub_${index}`,
        accountId,
        receiver: {
          breaker: {
            state: 'open',
            openedAt: held.secondsFromNow(-9_000),
            openings: 1,
            until: held.secondsFromNow(index - 5_000),
          },
        },
      });
    await deployment.accounts.setAccountStatus('acc_stuck', 'paused', deployment.clock.now());
    const all = Array.from({ length: 250 }, (_, index) => due(index, 'acc_stuck'));
    const last = await held.subscribe(due(251, 'acc_free'));
    const listed: string[] = [];

    await deployment.sweeperWith({
      dueIndex: {
        shards: { deliveries: 0, subscriptions: 1 },
        listDueDeliveries: async () => [],
        async listDueSubscriptions(_, now, limit, after) {
          listed.push(after);
          const stored = (await held.stored(last)) ?? last;
          const atOf = ({ receiver: { breaker } }: Subscription) =>
            breaker && 'until' in breaker ? breaker.until : '';
          return [...all, stored]
            .filter((one) => atOf(one) >= after && atOf(one) !== '' && atOf(one) <= now.toISOString())
            .slice(0, limit);
        },
      },
    })(() => 50_000);

    expect(await held.stored(last)).toMatchObject({ receiver: { breaker: { state: 'half-open' } } });
    expect(listed.length).toBeLessThan(6);
  });
});
