import { describe, expect, test } from '@jest/globals';
import { internalFailure } from '../../bench/wire-proxy.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { type Deployment, deliverySettings } from '../support/deployment.ts';
import { type Held, prepareHeld } from '../support/held.ts';
import type { Receiver } from '../support/receiver.ts';

let deployment: Deployment;
let receiver: Receiver;
let held: Held;
prepareHeld((suite) => {
  ({ deployment, receiver, held } = suite);
});

/** A subscription that a 410 has just disabled, of which its owner has to be told. */
async function disabled(): Promise<Subscription> {
  const subscription = await held.subscribe();
  receiver.respond((response) => void response.writeHead(410).end());
  await held.deliver(await held.publish(subscription));
  return subscription;
}

const told = () => deployment.bus.accepted.map(({ type }) => type);

describe('what an owner has to be told', () => {
  test('is published by the next sweep, once, and crossed out', async () => {
    const subscription = await disabled();
    await held.goOn(3);

    expect(deployment.bus.accepted).toEqual([
      expect.objectContaining({
        type: 'webhook.subscription.disabled',
        accountId: subscription.accountId,
        data: expect.objectContaining({ reason: 'gone' }),
      }),
    ]);
    expect(await held.stored(subscription)).not.toHaveProperty('outbox');
  });

  test('is published until the bus accepts it', async () => {
    const subscription = await disabled();
    deployment.bus.refuse(() => true);
    await held.goOn(2);
    expect(told()).toEqual([]);
    expect((await held.stored(subscription))?.outbox).toHaveLength(1);
    expect(deployment.telemetry.named('sweep.failed')).toMatchObject([
      { fields: { error: 'ThrottlingException' } },
      { fields: { error: 'ThrottlingException' } },
    ]);

    deployment.bus.reset();
    await held.goOn(2);
    expect(told()).toEqual(['webhook.subscription.disabled']);
  });

  test('is published for itself: what the bus refuses does not keep the others', async () => {
    const subscription = await disabled();
    const [notice] = (await held.stored(subscription))?.outbox ?? [];
    if (!notice) throw new Error('nothing is to be told');
    const other = { ...notice, id: `${notice.id}_other` };
    await held.change(subscription, (seen) => ({ ...seen, outbox: [notice, other] }));
    deployment.bus.refuse(({ id }) => id === notice.id);

    await held.goOn(1);

    expect(deployment.bus.accepted.map(({ id }) => id)).toEqual([other.id]);
    expect((await held.stored(subscription))?.outbox).toEqual([notice]);
  });

  test('is published again with the same id and content after a crash before it was crossed out', async () => {
    await disabled();
    deployment.wire.table.intercept((call) =>
      call.operation === 'PutItem' && call.input.Item.sk.S.startsWith('S#')
        ? Promise.resolve(internalFailure)
        : call.forward(),
    );
    await deployment.sweep();
    deployment.wire.table.reset();
    await held.goOn(2);

    const [first, second, ...others] = deployment.bus.accepted;
    expect(first?.id).toBeDefined();
    expect(second).toEqual(first);
    expect(others).toEqual([]);
  });

  test('is published again if somebody writes the subscription meanwhile, and nothing of his is lost', async () => {
    const subscription = await disabled();
    let hasChanged = false;
    deployment.wire.table.intercept(async (call) => {
      if (!hasChanged && call.operation === 'PutItem' && call.input.Item.sk.S.startsWith('S#')) {
        hasChanged = true;
        await held.change(subscription, (seen) => ({ ...seen, description: 'new' }));
      }
      return call.forward();
    });

    await held.goOn(2);

    expect(new Set(deployment.bus.accepted.map(({ id }) => id)).size).toBe(1);
    expect(deployment.bus.accepted).toHaveLength(2);
    expect(await held.stored(subscription)).toMatchObject({ description: 'new' });
  });

  test('is not told by one subscription for another, though the bus is closed to it', async () => {
    const [one, other] = [await disabled(), await disabled()];
    deployment.bus.refuse(({ accountId }) => accountId === one.accountId);

    await held.goOn(1);

    expect(deployment.bus.accepted.map(({ accountId }) => accountId)).toEqual([other.accountId]);
  });
});

describe('deliveries that ended undelivered', () => {
  const deliverOnce = () => held.deliverFor({ settings: { ...deliverySettings, retryScheduleSeconds: [0] } });

  test('are told together, at once and then once an hour', async () => {
    const subscription = await held.subscribe();
    receiver.respond((response) => void response.writeHead(500).end());
    for (let count = 0; count < 3; count += 1) await deliverOnce()(await held.publish(subscription));
    await held.goOn(1);
    const counts = () => deployment.bus.accepted.flatMap(({ data }) => ('count' in data ? [data.count] : []));
    expect(counts()).toEqual([3]);

    for (let count = 0; count < 2; count += 1) await deliverOnce()(await held.publish(subscription));
    await held.goOn(58);
    expect(counts()).toEqual([3]);
    await held.goOn(3);
    expect(counts()).toEqual([3, 2]);
  });

  test('are not told of if they were tests of their owner or told of something themselves', async () => {
    const subscription = await held.subscribe();
    receiver.respond((response) => void response.writeHead(500).end());
    await deliverOnce()({ ...(await held.publish(subscription)), isTest: true });
    await deliverOnce()({ ...(await held.publish(subscription)), eventType: 'webhook.subscription.failing' });

    expect(deployment.messagesIn('exhausted')).toHaveLength(2);

    await held.goOn(1);

    expect(told()).toEqual([]);
  });
});

describe('the owner of a receiver that fails for long', () => {
  test('is told, warned, told that it is disabled, and of nothing twice', async () => {
    const subscription = await held.subscribe({ receiver: { failing: held.failed(4) } });
    receiver.respond((response) => void response.writeHead(500).end());
    await held.deliver(await held.publish(subscription));
    await held.publish(subscription);
    for (let hours = 0; hours < 6 * 24; hours += 1) {
      await held.goOn(1);
      deployment.clock.advance(3_540_000);
      // A failure begins the run whose end is counted from.
      if (hours === 0)
        await held.change(subscription, (seen) => {
          const { failing } = seen.receiver;
          const times = {
            tellAt: held.secondsFromNow(3_600),
            warnAt: held.secondsFromNow(4 * 86_400),
            disablesAt: held.secondsFromNow(5 * 86_400),
          };
          return failing
            ? { ...seen, receiver: { ...seen.receiver, failing: { ...failing, ...times } } }
            : seen;
        });
    }

    expect(told()).toEqual([
      'webhook.subscription.failing',
      'webhook.subscription.disabling',
      'webhook.subscription.disabled',
    ]);
    // A day has 24 hours, and a probe can be no later than an hour after the one before.
    expect(receiver.callbacks.length).toBeLessThanOrEqual(5 * 24 + 10);
    expect(await held.stored(subscription)).toMatchObject({ status: 'disabled', disabledReason: 'failing' });
  });

  test('who has been told hears that it works again', async () => {
    const subscription = await held.subscribe({ receiver: { failing: held.failed(4) } });
    await held.deliver(await held.publish(subscription));
    await held.goOn(1);

    expect(told()).toEqual(['webhook.subscription.recovered']);
  });
});
