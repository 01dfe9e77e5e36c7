import { describe, expect, test } from '@jest/globals';
import { internalFailure, type WireCall } from '../../bench/wire-proxy.ts';
import { type DeliveryRef, refOf } from '../../core/deliveries/delivery.ts';
import { verificationType } from '../../core/receivers/verification.ts';
import { withDrain } from '../../core/subscriptions/holding.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { parkedDelivery, sqsRecord, waitingDelivery } from '../support/builders.ts';
import { type Deployment } from '../support/deployment.ts';
import { type Held, prepareHeld } from '../support/held.ts';
import type { Receiver } from '../support/receiver.ts';

const acknowledged = { batchItemFailures: [] };

let deployment: Deployment;
let receiver: Receiver;
let held: Held;
prepareHeld((suite) => {
  ({ deployment, receiver, held } = suite);
});

function isReadOf(prefix: 'S#' | 'D#', { operation, input }: WireCall): boolean {
  return operation === 'GetItem' && input.Key.sk.S.startsWith(prefix);
}

function isWriteOf(prefix: 'S#' | 'D#', { operation, input }: WireCall): boolean {
  return operation === 'PutItem' && input.Item.sk.S.startsWith(prefix);
}

function isLookForParked({ operation, input }: WireCall): boolean {
  return operation === 'Query' && input.IndexName === 'parked';
}

async function parkedRow(message: DeliveryRef, overrides: Parameters<typeof parkedDelivery>[0] = {}) {
  const dueAt = held.secondsFromNow(7 * 86_400);
  const row = {
    ...parkedDelivery({ dueAt, parkedAt: held.secondsFromNow(0), ...overrides }),
    ...refOf(message),
  };
  await deployment.deliveries.replaceDelivery(undefined, row);
  return row;
}

describe('a pause', () => {
  test('parks what comes without a call, and all of it is delivered after it', async () => {
    const subscription = await held.subscribe(held.pausedFor(600));
    const message = await held.publish(subscription);

    expect(await held.deliver(message)).toEqual(acknowledged);
    expect(receiver.callbacks).toEqual([]);
    expect(await held.rowOf(message)).toMatchObject({ state: 'parked', reason: 'paused', attemptCount: 0 });
    expect(deployment.telemetry.counts).toMatchObject({ DeliveriesParked: 1 });

    deployment.clock.advance(600_000);
    await held.goOn(1);
    expect(await held.rowOf(message)).toMatchObject({ state: 'delivered', attemptCount: 1 });
    expect(await held.stored(subscription)).not.toHaveProperty('pause');
  });

  test('that ends while nobody looks: what comes is called at once, and what is parked with the next sweep', async () => {
    const subscription = await held.subscribe(held.pausedFor(600));
    const early = await held.publish(subscription);
    await held.deliver(early);
    deployment.clock.advance(600_000);

    const late = await held.publish(subscription);
    await held.deliver(late);
    expect(await held.rowOf(late)).toMatchObject({ state: 'delivered' });
    expect(await held.rowOf(early)).toMatchObject({ state: 'parked' });

    await held.goOn(1);
    expect(await held.rowOf(early)).toMatchObject({ state: 'delivered' });
  });

  test('lets tests of the owner through', async () => {
    const subscription = await held.subscribe(held.pausedFor(600));

    await held.deliver({ ...(await held.publish(subscription)), isTest: true });

    expect(receiver.callbacks).toHaveLength(1);
  });

  test('whose owner wants nothing of it drops what was parked until then, and keeps what came later', async () => {
    const subscription = await held.subscribe(held.pausedFor(600));
    const [unwanted, wanted] = [await held.publish(subscription), await held.publish(subscription)];
    await held.deliver(unwanted);
    const discardUntil = held.secondsFromNow(0);
    deployment.clock.advance(1);
    await held.deliver(wanted);
    await held.change(subscription, ({ pause: _, ...seen }) => ({
      ...seen,
      drain: { since: discardUntil, nextAt: discardUntil, perSecond: 0, discardUntil },
    }));

    await held.goOn(1);

    expect(await held.rowOf(unwanted)).toMatchObject({ state: 'cancelled', reason: 'discarded' });
    expect(await held.rowOf(wanted)).toMatchObject({ state: 'delivered' });
    expect(deployment.messagesIn('exhausted')).toEqual([]);
  });
});

describe('whoever parks a row looks at its subscription once more', () => {
  /** What a sandbox knows of a subscription that has just been resumed. */
  async function justResumed(drain: Partial<Subscription> = {}) {
    const paused = await held.subscribe(held.pausedFor(600));
    const resumed = await held.change(paused, ({ pause: _, ...seen }) => ({ ...seen, ...drain }));
    return { paused, resumed, message: await held.publish(paused) };
  }

  test('and sends it at once, if nothing holds it back any more', async () => {
    const { paused, message } = await justResumed();

    await held.deliverKnowing(paused)(message);

    expect(await held.rowOf(message)).toMatchObject({ state: 'waiting', version: 2 });
    for (const retry of held.takeRetries()) await held.deliver(retry);
    expect(await held.rowOf(message)).toMatchObject({ state: 'delivered' });
  });

  test('and leaves it to a drain that goes on', async () => {
    const drain = { since: held.secondsFromNow(0), nextAt: held.secondsFromNow(60), perSecond: 4 };
    const { paused, message } = await justResumed({ drain });

    await held.deliverKnowing(paused)(message);

    expect(await held.rowOf(message)).toMatchObject({ state: 'parked' });
    expect((await held.stored(paused))?.drain).toEqual(drain);
  });

  test('a crash before that is made good when its message comes again', async () => {
    const { paused, message } = await justResumed();
    let isParked = false;
    deployment.wire.table.intercept((call) => {
      isParked ||= isWriteOf('D#', call);
      return isParked && isReadOf('S#', call) ? Promise.resolve(internalFailure) : call.forward();
    });
    const { batchItemFailures } = (await held.deliverKnowing(paused)(message)) ?? {};
    expect(batchItemFailures).toHaveLength(1);
    expect(await held.rowOf(message)).toMatchObject({ state: 'parked' });
    deployment.wire.table.reset();

    expect(await held.deliver(message, 2)).toEqual(acknowledged);

    for (const retry of held.takeRetries()) await held.deliver(retry);
    expect(await held.rowOf(message)).toMatchObject({ state: 'delivered' });
    expect(receiver.callbacks).toHaveLength(1);
  });

  const ending = () => ({
    drain: {
      since: held.secondsFromNow(-120),
      nextAt: held.secondsFromNow(0),
      perSecond: 4,
      emptySince: held.secondsFromNow(-60),
    },
  });

  test.each([
    ['after the drain has looked, before it has ended', isLookForParked, true],
    ['when the drain has ended', (call: WireCall) => isWriteOf('S#', call), true],
    ['before the drain looks', isLookForParked, false],
  ])('at the very moment a drain ends: %s', async (_, isMoment, isAfter) => {
    const { paused, message } = await justResumed(ending());
    let hasCome = false;
    deployment.wire.table.intercept(async (call) => {
      if (hasCome || !isMoment(call)) return call.forward();
      hasCome = true;
      const answer = isAfter ? await call.forward() : undefined;
      await held.deliverKnowing(paused)(message);
      return answer ?? call.forward();
    });

    await deployment.sweep();
    expect(hasCome).toBe(true);
    deployment.wire.table.reset();
    for (const retry of held.takeRetries()) await held.deliver(retry);
    await held.goOn(4);

    expect(await held.rowOf(message)).toMatchObject({ state: 'delivered' });
    expect(receiver.callbacks).toHaveLength(1);
    expect(await held.stored(paused)).not.toHaveProperty('drain');
  });
});

describe('an operator pauses', () => {
  test('an account: nothing is called, and all goes on when it is active again', async () => {
    const subscription = await held.subscribe();
    const { accountId } = subscription;
    await deployment.accounts.setAccountStatus(accountId, 'paused', deployment.clock.now());
    const message = await held.publish(subscription);
    await held.deliver(message);
    expect(await held.rowOf(message)).toMatchObject({ state: 'parked', reason: 'account-paused' });

    await held.goOn(5);
    expect(receiver.callbacks).toEqual([]);
    expect(await held.rowOf(message)).toMatchObject({ state: 'parked', version: 1 });

    await deployment.accounts.setAccountStatus(accountId, 'active', deployment.clock.now());
    await held.goOn(1);
    expect(await held.rowOf(message)).toMatchObject({ state: 'delivered' });
  });

  test('the stage: nothing is called nor swept, and all goes on after it', async () => {
    const subscription = await held.subscribe();
    await deployment.stageStatus.setStagePaused(true, deployment.clock.now());
    const message = await held.publish(subscription);
    await held.deliver(message);
    expect(await held.rowOf(message)).toMatchObject({ state: 'parked', reason: 'stage-paused' });
    await held.goOn(5);
    expect(await held.rowOf(message)).toMatchObject({ state: 'parked', version: 1 });

    await deployment.stageStatus.setStagePaused(false, deployment.clock.now());
    await held.goOn(1);
    expect(await held.rowOf(message)).toMatchObject({ state: 'delivered' });
  });

  test('an account whose receiver is asked for its consent: it is asked after it', async () => {
    const askedAt = held.secondsFromNow(0);
    const subscription = await held.subscribe({
      status: 'pending',
      verification: { id: 'vrf_1', askedAt, state: 'asked' },
    });
    const { accountId, id: subscriptionId } = subscription;
    await deployment.accounts.setAccountStatus(accountId, 'paused', deployment.clock.now());
    const question = {
      accountId,
      subscriptionId,
      eventId: 'vrf_1',
      eventType: verificationType,
      acceptedAt: askedAt,
    };
    await deployment.deliveries.replaceDelivery(undefined, { ...waitingDelivery(), ...question });
    await held.deliver({ ...question, version: 1, recheck: false });
    expect(await held.rowOf(question)).toMatchObject({ state: 'waiting', dueAt: held.secondsFromNow(300) });

    await deployment.accounts.setAccountStatus(accountId, 'active', deployment.clock.now());
    deployment.clock.advance(300_000);
    await held.goOn(1);
    expect(receiver.callbacks).toHaveLength(1);
  });
});

describe('a subscription that we have disabled', () => {
  test('keeps the delivery that showed it and what comes after it, for its owner who enables it again', async () => {
    const subscription = await held.subscribe();
    receiver.respond((response) => void response.writeHead(410).end());
    const messages = [await held.publish(subscription), await held.publish(subscription)];
    for (const message of messages) await held.deliver(message);
    expect(receiver.callbacks).toHaveLength(1);
    for (const message of messages)
      expect(await held.rowOf(message)).toMatchObject({ state: 'parked', reason: 'disabled' });
    await held.goOn(3);

    receiver.respond((response) => void response.writeHead(204).end());
    await held.change(subscription, (seen) => {
      const { disabledReason: _, keptUntil: __, ...others } = seen;
      return withDrain(seen, { ...others, status: 'enabled' }, deployment.clock.now());
    });
    await held.goOn(2);

    for (const message of messages) expect(await held.rowOf(message)).toMatchObject({ state: 'delivered' });
  });

  test('keeps nothing that comes a day later, but what it has', async () => {
    const subscription = await held.subscribe({
      status: 'disabled',
      disabledReason: 'gone',
      keptUntil: held.secondsFromNow(0),
    });
    const early = await held.publish(subscription);
    await parkedRow(early, { reason: 'disabled' });
    const late = await held.publish(subscription);
    await held.deliver(late);
    await held.goOn(3);

    expect(await held.rowOf(late)).toMatchObject({ state: 'cancelled', reason: 'subscription-disabled' });
    expect(await held.rowOf(early)).toMatchObject({ state: 'parked' });
  });

  test('keeps what came before that day was over, however late its retry comes', async () => {
    const subscription = await held.subscribe({
      status: 'disabled',
      disabledReason: 'gone',
      keptUntil: held.secondsFromNow(60),
    });
    const message = await held.publish(subscription);
    deployment.clock.advance(3_600_000);

    await held.deliver(message);
    await held.goOn(2);

    expect(await held.rowOf(message)).toMatchObject({ state: 'parked', reason: 'disabled' });
  });

  test('by its owner: what is parked is dropped, without a call', async () => {
    const subscription = await held.subscribe(held.pausedFor(600));
    const message = await held.publish(subscription);
    await held.deliver(message);
    const at = held.secondsFromNow(0);
    await held.change(subscription, (seen) => ({
      ...seen,
      status: 'disabled',
      drain: { since: at, nextAt: at, perSecond: 0 },
    }));

    await held.goOn(4);

    expect(await held.rowOf(message)).toMatchObject({ state: 'cancelled', reason: 'subscription-disabled' });
    expect(receiver.callbacks).toEqual([]);
    expect(await held.stored(subscription)).not.toHaveProperty('drain');
  });

  test('is not written again and again while it waits for its owner', async () => {
    const at = held.secondsFromNow(0);
    const drain = { since: at, nextAt: at, perSecond: 2 };
    const subscription = await held.subscribe({ status: 'disabled', disabledReason: 'gone', drain });

    await held.goOn(5);

    expect(await held.stored(subscription)).toMatchObject({ version: 2 });
  });
});

describe('the horizon of a parked delivery', () => {
  test('ends it without a call, and its owner hears of it', async () => {
    const until = held.secondsFromNow(8 * 86_400);
    const breaker = { state: 'open', openedAt: held.secondsFromNow(0), openings: 9, until } as const;
    const subscription = await held.subscribe({ receiver: { breaker } });
    const message = await held.publish(subscription);
    await held.deliver(message);

    deployment.clock.advance(7 * 86_400_000 - 60_000);
    await held.goOn(1);
    expect(await held.rowOf(message)).toMatchObject({ state: 'parked', reason: 'failing' });

    deployment.clock.advance(2_000);
    await held.goOn(2);
    expect(await held.rowOf(message)).toMatchObject({
      state: 'exhausted',
      reason: 'expired',
      attemptCount: 0,
    });
    expect(receiver.callbacks).toEqual([]);
    expect(deployment.bus.accepted).toMatchObject([
      { type: 'webhook.delivery.exhausted', data: { count: 1 } },
    ]);
  });

  test('has no part of a pause: what came a day before one of a week is delivered after it', async () => {
    const subscription = await held.subscribe();
    const message = await held.publish(subscription);
    deployment.clock.advance(86_400_000);
    await held.change(subscription, (seen) => ({ ...seen, ...held.pausedFor(7 * 86_400) }));
    await held.deliver(message);
    expect(await held.rowOf(message)).toMatchObject({ state: 'parked', reason: 'paused' });

    deployment.clock.advance(7 * 86_400_000);
    await held.goOn(1);

    expect(await held.rowOf(message)).toMatchObject({ state: 'delivered', attemptCount: 1 });
  });

  test('of a subscription that was deleted ends it as cancelled, and nobody hears of it', async () => {
    const subscription = await held.subscribe(held.pausedFor(600));
    const message = await held.publish(subscription);
    await held.deliver(message);
    await deployment.subscriptions.deleteSubscription(subscription.accountId, subscription.id);
    await held.goOn(3);
    expect(await held.rowOf(message)).toMatchObject({ state: 'parked' });

    deployment.clock.advance(7 * 86_400_000);
    await held.goOn(2);

    expect(await held.rowOf(message)).toMatchObject({ state: 'cancelled', reason: 'subscription-deleted' });
    expect(deployment.messagesIn('exhausted')).toEqual([]);
    expect(receiver.callbacks).toEqual([]);
  });
});

describe('a subscription with a limit of its own', () => {
  test('gets what was parked at that limit, and no message waits for longer than it can', async () => {
    const at = held.secondsFromNow(0);
    const drain = { since: at, nextAt: at, perSecond: 50 };
    const subscription = await held.subscribe({ rateLimit: { calls: 2, perSeconds: 1 }, drain });
    for (let index = 0; index < 150; index += 1) await parkedRow(await held.publish(subscription));
    deployment.clock.advance(-150);

    await deployment.sweep();

    const delays = deployment.queues.waitingIn('retries').map(({ delaySeconds }) => delaySeconds);
    expect(delays).toHaveLength(120);
    expect(Math.max(...delays)).toBeLessThanOrEqual(60);
    expect(deployment.messagesIn('retries')[0]?.turn?.passed).toHaveLength(1);
  });

  test('has new deliveries line up while more is parked than a step can release, and lets them pass after that', async () => {
    const at = held.secondsFromNow(0);
    const rateLimit = { calls: 1, perSeconds: 60 } as const;
    const drain = { since: at, nextAt: at, perSecond: 1 };
    const subscription = await held.subscribe({ rateLimit, drain });
    for (let index = 0; index < 2; index += 1) await parkedRow(await held.publish(subscription));
    await deployment.sweep();
    expect(await held.stored(subscription)).toMatchObject({ drain: { isBehind: true } });

    const late = await held.publish(subscription);
    await held.deliver(late);
    expect(receiver.callbacks).toEqual([]);
    expect(await held.rowOf(late)).toMatchObject({ state: 'parked', reason: 'rate-limit' });

    for (const released of held.takeRetries()) await held.deliver(released);
    expect(receiver.callbacks).toHaveLength(1);
    await held.goOn(8);
    expect(await held.rowOf(late)).toMatchObject({ state: 'delivered' });
    expect(receiver.callbacks.at(-1)?.headers['webhook-id']).toBe(late.eventId);

    const next = await held.publish(subscription);
    await held.deliver(next);
    expect(await held.rowOf(next)).toMatchObject({ state: 'delivered' });
  });

  test('has new deliveries line up without a limit too, and those that a step has released pass', async () => {
    const at = held.secondsFromNow(0);
    const drain = { since: at, nextAt: at, perSecond: 1 };
    const subscription = await held.subscribe({ drain });
    for (let index = 0; index < 61; index += 1) await parkedRow(await held.publish(subscription));
    await deployment.sweep();
    expect(await held.stored(subscription)).toMatchObject({ drain: { isBehind: true } });

    const late = await held.publish(subscription);
    await held.deliver(late);
    expect(await held.rowOf(late)).toMatchObject({ state: 'parked', reason: 'draining', attemptCount: 0 });
    expect(receiver.callbacks).toEqual([]);

    const [released] = held.takeRetries();
    if (released) await held.deliver(released);
    expect(receiver.callbacks).toHaveLength(1);
  });

  test('lets tests of its owner pass meanwhile', async () => {
    const at = held.secondsFromNow(0);
    const drain = { since: at, nextAt: held.secondsFromNow(60), perSecond: 1, isBehind: true } as const;
    const subscription = await held.subscribe({ rateLimit: { calls: 1, perSeconds: 60 }, drain });

    await held.deliver({ ...(await held.publish(subscription)), isTest: true });

    expect(receiver.callbacks).toHaveLength(1);
  });

  test('takes tokens once for a step whose first write was lost to somebody else', async () => {
    const at = held.secondsFromNow(0);
    const drain = { since: at, nextAt: at, perSecond: 1 };
    const subscription = await held.subscribe({ rateLimit: { calls: 1, perSeconds: 1 }, drain });
    await parkedRow(await held.publish(subscription));
    let tokens = 0;
    let hasChanged = false;
    deployment.wire.table.intercept(async (call) => {
      if (call.operation === 'UpdateItem' && call.input.Key.sk.S === 'L') tokens += 1;
      if (!hasChanged && isWriteOf('S#', call)) {
        hasChanged = true;
        await held.change(subscription, (seen) => ({ ...seen, description: 'new' }));
      }
      return call.forward();
    });

    await deployment.sweep();

    expect(tokens).toBe(1);
    expect(held.takeRetries()).toHaveLength(1);
    expect(await held.stored(subscription)).toMatchObject({ description: 'new', drain: { perSecond: 2 } });
  });
});

describe('a subscription whose time has long passed', () => {
  test.each([
    ['is written once more by what parks next', 'paused', 601, 1],
    ['is left alone while the sweeper may still come', 'paused', 600, 0],
    ['is left alone while an operator has stopped its account', 'account-paused', 601, 0],
  ])('%s', async (_, reason, secondsAgo, writes) => {
    const drain = {
      since: held.secondsFromNow(-900),
      nextAt: held.secondsFromNow(-secondsAgo),
      perSecond: 4,
    };
    const subscription = await held.subscribe({
      ...(reason === 'paused' ? held.pausedFor(600) : {}),
      drain,
    });
    if (reason === 'account-paused')
      await deployment.accounts.setAccountStatus(subscription.accountId, 'paused', deployment.clock.now());
    const message = await held.publish(subscription);
    deployment.clock.advance(-1);

    await held.deliver(message);

    expect(await held.rowOf(message)).toMatchObject({ state: 'parked', reason });
    expect(await held.stored(subscription)).toEqual({ ...subscription, version: 1 + writes });
  });
});

describe('a new version of this code', () => {
  test('delivers and sweeps what the one before has written', async () => {
    const { receiver: proven, ...subscription } = await held.subscribe({
      receiver: { provenAt: held.secondsFromNow(-60) },
    });
    const first = await held.publish({ ...subscription, receiver: proven });
    const { isTest: _, probe: __, ...message } = first;
    await held.deliver(message);
    expect(await held.rowOf(first)).toMatchObject({ state: 'delivered' });

    const second = await held.publish({ ...subscription, receiver: proven });
    await deployment.deliveries.replaceDelivery(undefined, {
      ...waitingDelivery({ dueAt: held.secondsFromNow(-1) }),
      ...refOf(second),
    });
    await held.goOn(1);
    expect(await held.rowOf(second)).toMatchObject({ state: 'delivered' });
  });

  test('loses nothing that a later one has written into a subscription', async () => {
    const later = { future: { since: 'then' } };
    const until = held.secondsFromNow(0);
    const breaker = { state: 'open', openedAt: until, openings: 1, until } as const;
    const subscription = await held.subscribe({ ...later, receiver: { breaker } });
    const message = await held.publish(subscription);
    await held.deliver(message);
    const versionBefore = (await held.stored(subscription))?.version ?? 0;

    // A probe, its success, a drain and its end.
    await held.goOn(5);

    expect(await held.rowOf(message)).toMatchObject({ state: 'delivered' });
    expect(await held.stored(subscription)).toMatchObject(later);
    expect((await held.stored(subscription))?.version).toBeGreaterThan(versionBefore + 3);
  });
});

test('a late second copy of a first message makes no second row of what is parked', async () => {
  const subscription = await held.subscribe(held.pausedFor(600));
  const message = await held.publish(subscription);
  await held.deliver(message);
  const sentAt = deployment.clock.now();
  deployment.clock.advance(61_000);

  await deployment.deliver(sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message), { sentAt }));

  expect(await held.rowOf(message)).toMatchObject({ state: 'parked', version: 1 });
});
