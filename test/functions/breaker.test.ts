import { describe, expect, test } from '@jest/globals';
import { internalFailure, type WireCall } from '../../bench/wire-proxy.ts';
import { type DeliveryMessage, refOf } from '../../core/deliveries/delivery.ts';
import { scheduleOf } from '../../core/deliveries/delivery-facts.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { parkedDelivery, sqsRecord } from '../support/builders.ts';
import { type Deployment, deliverySettings, sweepLeaseMs } from '../support/deployment.ts';
import { type Held, prepareHeld } from '../support/held.ts';
import type { Receiver } from '../support/receiver.ts';

let deployment: Deployment;
let receiver: Receiver;
let held: Held;
prepareHeld((suite) => {
  ({ deployment, receiver, held } = suite);
});

function answer(status: number) {
  receiver.respond((response) => void response.writeHead(status).end());
}

function isWriteOf(prefix: 'S#' | 'D#', { operation, input }: WireCall): boolean {
  return operation === 'PutItem' && input.Item.sk.S.startsWith(prefix);
}

/** A subscription whose breaker has just opened, and so many deliveries that were parked after that, the oldest first. */
async function opened(count: number): Promise<[Subscription, DeliveryMessage[]]> {
  const subscription = await held.subscribe({ receiver: { failing: held.failed(4) } });
  answer(500);
  await held.deliver(await held.publish(subscription));
  const messages: DeliveryMessage[] = [];
  for (let index = 0; index < count; index += 1) {
    const message = await held.publish(subscription);
    messages.push(message);
    await held.deliver(message);
  }
  receiver.callbacks.length = 0;
  deployment.queues.clear();
  return [subscription, messages];
}

/** The first of these is what was parked by the call that opened the breaker. */
async function statesOf(messages: readonly DeliveryMessage[]) {
  return Promise.all(messages.map(async (message) => (await held.rowOf(message))?.state));
}

describe('a receiver that fails', () => {
  test('opens its breaker, and no more calls are made: deliveries are parked', async () => {
    const subscription = await held.subscribe({ receiver: { failing: held.failed(4) } });
    answer(500);
    const opener = await held.publish(subscription);
    await held.deliver(opener);
    const message = await held.publish(subscription);
    await held.deliver(message);

    expect(receiver.callbacks).toHaveLength(1);
    expect(await held.rowOf(opener)).toMatchObject({ state: 'parked', reason: 'failing', attemptCount: 1 });
    expect(await held.rowOf(message)).toMatchObject({ state: 'parked', reason: 'failing', attemptCount: 0 });
    expect(deployment.messagesIn('retries')).toEqual([]);
    expect(await held.stored(subscription)).toMatchObject({
      receiver: { breaker: { state: 'open', openings: 1 } },
    });
    expect(deployment.telemetry.counts).toMatchObject({ BreakersOpened: 1 });
  });

  test('opens it once, though two sandboxes see it at the same time', async () => {
    const subscription = await held.subscribe({ receiver: { failing: held.failed(4) } });
    answer(500);
    const messages = [await held.publish(subscription), await held.publish(subscription)];
    const sandboxes = [held.deliverKnowing(subscription), held.deliverKnowing(subscription)];

    await Promise.all(messages.map(async (message, index) => sandboxes[index]?.(message)));

    expect(await held.stored(subscription)).toMatchObject({ receiver: { breaker: { openings: 1 } } });
    expect(deployment.telemetry.counts).toMatchObject({ BreakersOpened: 1 });
    expect(deployment.telemetry.counts).not.toHaveProperty('BreakersReopened');
    expect(await statesOf(messages)).toEqual(['parked', 'parked']);
  });

  test('costs one write for each counted failure of a batch, and none is lost to another', async () => {
    const subscription = await held.subscribe();
    answer(500);
    const messages: DeliveryMessage[] = [];
    for (let index = 0; index < 10; index += 1) messages.push(await held.publish(subscription));
    let writes = 0;
    deployment.wire.table.intercept((call) => {
      if (isWriteOf('S#', call)) writes += 1;
      return call.forward();
    });

    await deployment.delivererWith({ reserveTurns: async () => ({ kind: 'now' }) })(
      ...messages.map((message) => sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message))),
    );

    // The call that was the first to end cannot be told from the others: each of them was made for an event of its own.
    expect(await held.stored(subscription)).toMatchObject({
      receiver: { failing: { count: 5, isOfSeveral: true } },
    });
    expect(writes).toBe(5);
  });
});

describe('a probe', () => {
  test('is the oldest of the parked deliveries that were tried least, once the breaker has been open for a minute', async () => {
    const [subscription, [oldest]] = await opened(3);
    await deployment.sweep();
    expect(held.takeRetries()).toEqual([]);

    deployment.clock.advance(60_000);
    await deployment.sweep();

    const probes = held.takeRetries();
    expect(probes).toMatchObject([{ probe: expect.any(String) }]);
    expect(await held.stored(subscription)).toMatchObject({
      receiver: { breaker: { state: 'probing', probe: probes[0]?.probe } },
    });
    expect(probes[0]?.eventId).toBe(oldest?.eventId);
  });

  test('that succeeds closes the breaker, and all that was parked follows in its order', async () => {
    const [subscription, messages] = await opened(3);
    deployment.clock.advance(60_000);
    answer(204);
    await held.goOn(4);

    expect(await held.stored(subscription)).toMatchObject({ receiver: { provenAt: expect.any(String) } });
    expect(await held.stored(subscription)).not.toHaveProperty('receiver.breaker');
    expect(await held.stored(subscription)).not.toHaveProperty('receiver.failing');
    expect(await statesOf(messages)).toEqual(['delivered', 'delivered', 'delivered']);
    const [probed, opener, ...others] = receiver.callbacks.map(({ headers }) => headers['webhook-id']);
    expect([probed, ...others]).toEqual(messages.map(({ eventId }) => eventId));
    expect(messages.map(({ eventId }) => eventId)).not.toContain(opener);
  });

  test('that fails is parked again, uses up no attempt and opens the breaker for longer', async () => {
    const [subscription] = await opened(0);
    deployment.clock.advance(60_000);
    await deployment.sweep();
    const [probe] = held.takeRetries();
    if (!probe) throw new Error('there is no probe');
    await held.deliver(probe);

    const row = await held.rowOf(probe);
    expect(receiver.callbacks).toHaveLength(1);
    expect(row).toMatchObject({ state: 'parked', reason: 'failing', attemptCount: 2, probeCount: 1 });
    expect(scheduleOf({ message: probe, claimed: row })).toMatchObject({ attemptCount: 1 });
    expect(await held.stored(subscription)).toMatchObject({
      receiver: { breaker: { state: 'open', openings: 2, until: held.secondsFromNow(120) } },
    });
    expect(held.takeRetries()).toEqual([]);
  });

  /** Sends the next probe, which gets this answer from its receiver. */
  async function probeNext(): Promise<DeliveryMessage> {
    deployment.clock.advance(3_600_000);
    await deployment.sweep();
    const [probe] = held.takeRetries().filter((message) => message.probe !== undefined);
    if (!probe) throw new Error('there is no probe');
    await held.deliver(probe);
    return probe;
  }

  test('is one of the five oldest and one of the five newest in turn, the least tried first', async () => {
    const [, messages] = await opened(11);
    const probed: string[] = [];
    for (let round = 0; round < 6; round += 1) probed.push((await probeNext()).eventId);

    const [first, second, third] = messages.map(({ eventId }) => eventId);
    const [last, beforeLast, thirdToLast] = messages.map(({ eventId }) => eventId).toReversed();
    expect(probed).toEqual([first, last, second, beforeLast, third, thirdToLast]);
  });

  test('finds out that a receiver works, though it can take none of the five oldest events', async () => {
    const [subscription, messages] = await opened(8);
    const poison = messages.slice(0, 5).map(({ eventId }) => eventId);
    receiver.respond(
      (response, { headers }) =>
        void response.writeHead(poison.includes(headers['webhook-id'] ?? '') ? 500 : 204).end(),
    );

    expect(poison).toContain((await probeNext()).eventId);
    expect(await held.stored(subscription)).toMatchObject({ receiver: { breaker: { openings: 2 } } });
    expect(poison).not.toContain((await probeNext()).eventId);
    expect(await held.stored(subscription)).not.toHaveProperty('receiver.breaker');

    await held.goOn(3);
    expect(await statesOf(messages.slice(5))).toEqual(['delivered', 'delivered', 'delivered']);
  });

  test('of the only event that fails uses up its attempts, and the next event closes the breaker', async () => {
    const subscription = await held.subscribe();
    answer(500);
    const poison = await held.publish(subscription);
    const failing = { ...held.failed(5), since: held.secondsFromNow(-60), eventId: poison.eventId };
    await held.change(subscription, (seen) => ({ ...seen, receiver: { failing } }));
    await held.deliver(poison);
    expect(await held.rowOf(poison)).toMatchObject({ state: 'parked', reason: 'failing', attemptCount: 1 });

    await probeNext();
    expect(await held.rowOf(poison)).toMatchObject({ state: 'parked', attemptCount: 2 });
    expect(await held.rowOf(poison)).not.toHaveProperty('probeCount');
    await probeNext();
    expect(await held.rowOf(poison)).toMatchObject({ state: 'exhausted', reason: 'status', attemptCount: 3 });

    answer(204);
    const next = await held.publish(subscription);
    await held.deliver(next);
    deployment.clock.advance(3_600_000);
    await held.goOn(3);
    expect(await held.rowOf(next)).toMatchObject({ state: 'delivered' });
    expect(await held.stored(subscription)).not.toHaveProperty('receiver.breaker');
  });

  test.each(['no attempt is left', 'its horizon ends before the next one'])(
    'is not at fault while calls for other events fail too: it stays parked, though %s',
    async (which) => {
      const [subscription] = await opened(0);
      const isLast = which === 'no attempt is left';
      const settings = { ...deliverySettings, retryScheduleSeconds: isLast ? [0] : [0, 7 * 86_400] };
      deployment.clock.advance(60_000);
      await deployment.sweep();
      const [probe] = held.takeRetries();
      if (!probe) throw new Error('there is no probe');
      await held.deliverFor({ settings })(probe);

      expect(await held.stored(subscription)).toMatchObject({ receiver: { failing: { isOfSeveral: true } } });
      expect(await held.rowOf(probe)).toMatchObject({ state: 'parked', attemptCount: 2, probeCount: 1 });
    },
  );

  test('that is lost is followed by another after its lease, and is parked again when it comes late', async () => {
    const [subscription] = await opened(1);
    deployment.clock.advance(60_000);
    await deployment.sweep();
    const [lost] = held.takeRetries();
    deployment.clock.advance(sweepLeaseMs - 1);
    await deployment.sweep();
    expect(held.takeRetries()).toEqual([]);

    deployment.clock.advance(1);
    await deployment.sweep();
    const sent = held.takeRetries();
    const second = sent.find(({ probe }) => probe !== undefined);
    expect(second?.eventId).not.toBe(lost?.eventId);
    expect(await held.stored(subscription)).toMatchObject({
      receiver: { breaker: { probe: second?.probe } },
    });

    // Its row was due as well, so it comes with the sweeper's own message.
    for (const message of sent.filter((one) => one !== second)) await held.deliver(message);
    if (lost) await held.deliver(lost);
    expect(receiver.callbacks).toEqual([]);
    expect(lost && (await held.rowOf(lost))).toMatchObject({
      state: 'parked',
      reason: 'failing',
      attemptCount: 0,
    });

    answer(204);
    if (second) await held.deliver(second);
    expect(receiver.callbacks).toHaveLength(1);
    expect(await held.stored(subscription)).not.toHaveProperty('receiver.breaker');
  });

  test('that is late for its own lease is not called', async () => {
    const [subscription] = await opened(1);
    deployment.clock.advance(60_000);
    await deployment.sweep();
    const [first] = held.takeRetries();
    await held.change(subscription, (seen) => ({
      ...seen,
      receiver: {
        ...seen.receiver,
        breaker: {
          state: 'probing',
          openedAt: held.secondsFromNow(-60),
          openings: 1,
          until: held.secondsFromNow(60),
          probe: 'another',
        },
      },
    }));

    if (first) await held.deliver(first);

    expect(receiver.callbacks).toEqual([]);
    expect(first && (await held.rowOf(first))).toMatchObject({ state: 'parked' });
  });

  test('is not made while its subscription is paused, though it was sent before', async () => {
    const [subscription] = await opened(1);
    deployment.clock.advance(60_000);
    await deployment.sweep();
    const [probe] = held.takeRetries();
    await held.change(subscription, (seen) => ({ ...seen, ...held.pausedFor(600) }));

    if (probe) await held.deliver(probe);

    expect(receiver.callbacks).toEqual([]);
    expect(probe && (await held.rowOf(probe))).toMatchObject({ state: 'parked', reason: 'paused' });
  });

  test('that has to wait for its turn keeps its mark', async () => {
    await opened(1);
    deployment.clock.advance(60_000);
    await deployment.sweep();
    const [probe] = held.takeRetries();
    const at = new Date(deployment.clock.now().getTime() + 5_000);
    const deliverLater = held.deliverFor({
      reserveTurns: async () => ({ kind: 'later', at, limit: 'host', passed: [] }),
    });

    if (probe) await deliverLater(probe);

    expect(held.takeRetries()).toMatchObject([{ eventId: probe?.eventId, probe: probe?.probe }]);
  });

  test('of a slow receiver keeps its mark on its way to the retry queue', async () => {
    const breaker = { state: 'half-open', openedAt: held.secondsFromNow(-60), openings: 1 } as const;
    const slowSince = held.secondsFromNow(-60);
    const subscription = await held.subscribe({ receiver: { breaker, slowSince } });
    await held.deliver(await held.publish(subscription));

    const [probe] = held.takeRetries();
    expect(probe).toMatchObject({ probe: expect.any(String), recheck: true });
    if (probe) await held.deliver(probe);
    expect(receiver.callbacks).toHaveLength(1);
    expect(await held.stored(subscription)).not.toHaveProperty('receiver.breaker');
  });
});

describe('a breaker with nothing to probe with', () => {
  async function halfOpened(): Promise<Subscription> {
    const breaker = {
      state: 'open',
      openedAt: held.secondsFromNow(-60),
      openings: 1,
      until: held.secondsFromNow(0),
    } as const;
    const subscription = await held.subscribe({ receiver: { breaker } });
    await deployment.sweep();
    expect(await held.stored(subscription)).toMatchObject({ receiver: { breaker: { state: 'half-open' } } });
    return subscription;
  }

  test('lets the next delivery be the probe, and one of two that come together', async () => {
    const subscription = await halfOpened();
    const messages = [await held.publish(subscription), await held.publish(subscription)];

    await Promise.all(messages.map((message) => held.deliver(message)));
    expect(receiver.callbacks).toHaveLength(1);

    await held.goOn(3);
    expect(await statesOf(messages)).toEqual(['delivered', 'delivered']);
  });

  test('takes no drill and no test for its probe, whose outcome is not judged', async () => {
    const subscription = await halfOpened();
    const message = { ...(await held.publish(subscription)), isTest: true as const };
    answer(500);

    await held.deliver(message);

    expect(receiver.callbacks).toHaveLength(1);
    expect(await held.stored(subscription)).toMatchObject({ receiver: { breaker: { state: 'half-open' } } });
  });

  test('probes with what a sandbox has parked that did not know of it', async () => {
    const subscription = await halfOpened();
    const breaker = {
      state: 'open',
      openedAt: held.secondsFromNow(-60),
      openings: 1,
      until: held.secondsFromNow(9),
    } as const;
    const message = await held.publish(subscription);
    await held.deliverKnowing({ ...subscription, receiver: { breaker } })(message);
    expect(await held.rowOf(message)).toMatchObject({ state: 'parked' });

    await held.goOn(1);

    expect(await held.rowOf(message)).toMatchObject({ state: 'delivered' });
  });

  test('looks again after an hour, because one may have been parked just then', async () => {
    const subscription = await halfOpened();
    const message = await held.publish(subscription);
    const row = { ...parkedDelivery({ dueAt: held.secondsFromNow(7 * 86_400) }), ...refOf(message) };
    await deployment.deliveries.replaceDelivery(undefined, row);

    await held.goOn(1);
    expect(receiver.callbacks).toEqual([]);
    deployment.clock.advance(3_600_000);
    await held.goOn(1);
    expect(receiver.callbacks).toHaveLength(1);
  });
});

describe('a success and an opening', () => {
  test.each([
    [
      'the success comes last: it closes the breaker, and what is parked is released',
      [500, 204],
      { drain: { perSecond: 0 } },
    ],
    [
      'the success comes first: the failure begins a run of its own',
      [204, 500],
      { receiver: { failing: { count: 1 } } },
    ],
  ])('at the same time, and %s', async (_, statuses, expected) => {
    const subscription = await held.subscribe({ receiver: { failing: held.failed(4) } });
    const messages: DeliveryMessage[] = [];
    for (const status of statuses) {
      const message = await held.publish(subscription);
      messages.push(message);
      answer(status);
      // Each sandbox knows what was stored before either call.
      await held.deliverKnowing(subscription)(message);
    }

    const stored = await held.stored(subscription);
    expect(stored).not.toHaveProperty('receiver.breaker');
    expect(stored).toMatchObject(expected);

    answer(204);
    deployment.clock.advance(10_000);
    for (const message of held.takeRetries()) await held.deliver(message);
    await held.goOn(3);
    expect(await statesOf(messages)).toEqual(['delivered', 'delivered']);
  });
});

describe('a crash of the sweeper', () => {
  /** Whose breaker was closed by a call, and nothing more. */
  async function closed(count: number): Promise<[Subscription, DeliveryMessage[]]> {
    const [subscription, [, ...messages]] = await opened(count + 1);
    deployment.clock.advance(60_000);
    await deployment.sweep();
    answer(204);
    for (const probe of held.takeRetries()) await held.deliver(probe);
    expect(await held.stored(subscription)).toMatchObject({ drain: { perSecond: 0 } });
    receiver.callbacks.length = 0;
    return [subscription, messages];
  }

  test('before the first step of a drain: the next sweep takes it', async () => {
    const [, messages] = await closed(2);

    await held.goOn(1);

    expect(await statesOf(messages)).toEqual(['delivered', 'delivered']);
  });

  test('after the step was written, before its rows: the next step releases them', async () => {
    const [, messages] = await closed(2);
    deployment.wire.table.intercept((call) =>
      isWriteOf('D#', call) ? Promise.resolve(internalFailure) : call.forward(),
    );
    await deployment.sweep();
    expect(await statesOf(messages)).toEqual(['parked', 'parked']);
    deployment.wire.table.reset();

    deployment.clock.advance(60_000);
    await held.goOn(1);

    expect(await statesOf(messages)).toEqual(['delivered', 'delivered']);
  });

  test('after the rows, before their messages: they are due after a lease', async () => {
    const [, messages] = await closed(2);
    deployment.wire.sqs.intercept(async () => internalFailure);
    await deployment.sweep();
    expect(await statesOf(messages)).toEqual(['waiting', 'waiting']);
    deployment.wire.sqs.reset();

    deployment.clock.advance(sweepLeaseMs + 2_000);
    await held.goOn(1);

    expect(await statesOf(messages)).toEqual(['delivered', 'delivered']);
  });

  test('after its last look: a drain ends once, and only when nothing is parked', async () => {
    const [subscription] = await closed(1);

    await held.goOn(4);

    expect(await held.stored(subscription)).not.toHaveProperty('drain');
    deployment.wire.table.calls.length = 0;
    await held.goOn(2);
    expect(deployment.wire.table.calls.filter((call) => call.operation === 'PutItem')).toEqual([]);
  });
});
