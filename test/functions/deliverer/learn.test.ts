import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createCallbackSender } from '../../../adapters/https-callback-sender.ts';
import { internalFailure, type WireCall } from '../../../bench/wire-proxy.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import { sqsRecord } from '../../support/builders.ts';
import { type Deployment, startDeployment } from '../../support/deployment.ts';

/** What the deliverer learns about receivers whose names lead inside. */

let deployment: Deployment;
beforeAll(async () => {
  const rules = { allowPrivateCallbacks: false, allowedPorts: [443], ownHosts: ['iomnihub.example.net'] };
  deployment = await startDeployment(
    createCallbackSender(rules, { resolveName: async () => ['93.184.215.14', '10.0.0.7'] }),
  );
});
afterEach(() => deployment.reset());
afterAll(() => deployment.close());

async function subscribe(url = 'https://rebinding.example.com/hooks/PLANTED'): Promise<Subscription> {
  return (await deployment.subscribe({ url })).subscription;
}

const dayMs = 86_400_000;

async function deliverTo(subscription: Subscription) {
  const message = deployment.messageFor(subscription);
  await deployment.deliver(sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message)));
  return deployment.deliveries.findDelivery(message);
}

function writesSubscription({ operation, input }: WireCall): boolean {
  return operation === 'PutItem' && String(input.Item.sk.S).startsWith('S#');
}

function stored({ accountId, id }: Subscription) {
  return deployment.subscriptions.findSubscription(accountId, id);
}

describe('a name that leads to a private address', () => {
  test('is retried by the schedule, and is a security event with the rule, the host and the address', async () => {
    const subscription = await subscribe();

    expect(await deliverTo(subscription)).toMatchObject({
      state: 'waiting',
      attemptCount: 1,
      nextAttemptAt: new Date(deployment.clock.now().getTime() + 5_000).toISOString(),
    });
    expect(deployment.telemetry.named('address.refused')).toEqual([
      {
        level: 'warn',
        name: 'address.refused',
        fields: {
          accountId: subscription.accountId,
          subscriptionId: subscription.id,
          host: 'rebinding.example.com',
          refusal: 'private-network',
          address: '10.0.0.7',
        },
      },
    ]);
    expect(deployment.telemetry.counts).toMatchObject({ AddressesRefused: 1 });
    expect(JSON.stringify(deployment.telemetry.lines)).not.toContain('PLANTED');
  });

  test('disables its subscription after a day of nothing else', async () => {
    const subscription = await subscribe();
    const refused = {
      since: deployment.clock.now().toISOString(),
      address: '10.0.0.7',
      refusal: 'private-network',
    };
    for (const ms of [0, 1, dayMs - 2]) {
      deployment.clock.advance(ms);
      await deliverTo(subscription);
      expect(await stored(subscription)).toMatchObject({ status: 'enabled', receiver: { refused } });
    }

    deployment.clock.advance(1);
    expect(await deliverTo(subscription)).toMatchObject({ state: 'waiting' });
    expect(await stored(subscription)).toMatchObject({
      status: 'disabled',
      disabledReason: 'address-forbidden',
    });
    expect(await deliverTo(subscription)).toMatchObject({ state: 'parked', reason: 'disabled' });
  });

  test('does not disable it if a call could be made in between', async () => {
    const subscription = await subscribe();
    await deliverTo(subscription);
    deployment.clock.advance(dayMs / 2);
    const outcome = { kind: 'success', status: 204, durationMs: 12 } as const;
    const message = deployment.messageFor(subscription);
    await deployment.delivererWith({ sender: { send: async () => outcome } })(
      sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message)),
    );

    deployment.clock.advance(dayMs / 2);
    await deliverTo(subscription);

    expect(await stored(subscription)).toMatchObject({
      status: 'enabled',
      receiver: { refused: { since: deployment.clock.now().toISOString() } },
    });
  });

  test('is told to its owner with the rule and the address', async () => {
    const subscription = await subscribe();
    await deliverTo(subscription);

    const attempts = deployment.wire.table.calls.filter(({ input }) => input.Item?.sk.S.startsWith('T#'));
    expect(attempts).toHaveLength(1);
    expect(attempts[0]?.input.Item.outcome.M).toMatchObject({
      reason: { S: 'address-forbidden' },
      refusal: { S: 'private-network' },
      refusedAddress: { S: '10.0.0.7' },
    });
  });

  test('has its delivery wait even if the note cannot be written', async () => {
    const subscription = await subscribe('https://unnoted.example.com/');
    deployment.wire.table.intercept(async (call) =>
      writesSubscription(call) ? internalFailure : call.forward(),
    );

    expect(await deliverTo(subscription)).toMatchObject({ state: 'waiting' });
    expect(deployment.telemetry.named('receiver.unrecorded')).toHaveLength(1);
  });
});

describe('a lesson is written once, however many write at that time:', () => {
  /** Comes before the deliverer's own write, once. */
  function changeBefore(
    change: (seen: Subscription) => Subscription | undefined,
    subscription: Subscription,
  ) {
    let hasChanged = false;
    deployment.wire.table.intercept(async (call) => {
      if (hasChanged || !writesSubscription(call)) return call.forward();
      hasChanged = true;
      const seen = await stored(subscription);
      const next = seen && change(seen);
      if (seen && next) await deployment.subscriptions.replaceSubscription(seen, { ...next, version: 2 });
      else await deployment.subscriptions.deleteSubscription(subscription.accountId, subscription.id);
      return call.forward();
    });
  }

  /** Comes before every write of the deliverer's; answers with how often that was. */
  function changeBeforeEach(subscription: Subscription): () => number {
    let writes = 0;
    let isOurs = false;
    deployment.wire.table.intercept(async (call) => {
      if (isOurs || !writesSubscription(call)) return call.forward();
      writes += 1;
      isOurs = true;
      const seen = await stored(subscription);
      const next = seen && { ...seen, description: String(writes), version: seen.version + 1 };
      if (next) await deployment.subscriptions.replaceSubscription(seen, next);
      isOurs = false;
      return call.forward();
    });
    return () => writes;
  }

  test('what others have noted meanwhile counts as well', async () => {
    const subscription = await subscribe();
    const since = new Date(deployment.clock.now().getTime() - dayMs).toISOString();
    changeBefore((seen) => ({ ...seen, receiver: { refused: { since } } }), subscription);
    await deliverTo(subscription);

    expect(await stored(subscription)).toMatchObject({
      status: 'disabled',
      disabledReason: 'address-forbidden',
      receiver: { refused: { since } },
    });
  });

  test('of others who never stop, the next call may learn it, and nobody is woken up', async () => {
    const subscription = await subscribe();
    const isTried = changeBeforeEach(subscription);

    expect(await deliverTo(subscription)).toMatchObject({ state: 'waiting' });
    expect(await stored(subscription)).toMatchObject({ receiver: { provenAt: expect.any(String) } });
    expect(await stored(subscription)).not.toHaveProperty('receiver.refused');
    expect(isTried()).toBe(3);
    expect(deployment.telemetry.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('of others who never stop, its delivery is not final while it is to be disabled', async () => {
    const subscription = await subscribe('http://crm.example.com/');
    const isTried = changeBeforeEach(subscription);

    expect(await deliverTo(subscription)).toBeUndefined();
    expect(isTried()).toBe(10);
    expect(deployment.telemetry.named('delivery.failed')).toHaveLength(1);
  });

  test('a success ends a run that began while its call was under way', async () => {
    const subscription = await subscribe('https://slow.example.com/');
    const at = deployment.clock.now().toISOString();
    const failing = { since: at, count: 3, eventId: 'evt_1', lastReason: 'timeout' } as const;
    const message = deployment.messageFor(subscription);
    await deployment.delivererWith({
      sender: {
        async send() {
          const seen = await stored(subscription);
          const provenAt = deployment.clock.now().toISOString();
          const next = seen && { ...seen, receiver: { provenAt, failing }, version: seen.version + 1 };
          if (next) await deployment.subscriptions.replaceSubscription(seen, next);
          return { kind: 'success', status: 204, durationMs: 12 };
        },
      },
    })(sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message)));

    expect(await stored(subscription)).toMatchObject({ receiver: { provenAt: expect.any(String) } });
    expect(await stored(subscription)).not.toHaveProperty('receiver.failing');
  });

  test('what its owner has changed meanwhile stays', async () => {
    const subscription = await subscribe();
    changeBefore((seen) => ({ ...seen, description: 'another' }), subscription);
    await deliverTo(subscription);

    expect(await stored(subscription)).toMatchObject({
      description: 'another',
      receiver: { refused: { address: '10.0.0.7' } },
      version: 3,
    });
  });

  test('what its owner has disabled meanwhile was disabled by the owner', async () => {
    const subscription = await subscribe('http://crm.example.com/');
    changeBefore((seen) => ({ ...seen, status: 'disabled' }), subscription);
    await deliverTo(subscription);

    expect(await stored(subscription)).toMatchObject({ status: 'disabled', version: 2 });
    expect(await stored(subscription)).not.toHaveProperty('disabledReason');
  });

  test.each([
    ['an address that is refused', 'https://rebinding.example.com/'],
    ['a URL that cannot be used', 'http://crm.example.com/'],
  ])('about another URL the call says nothing, and the delivery goes on there: %s', async (_, url) => {
    const subscription = await subscribe(url);
    changeBefore((seen) => ({ ...seen, url: 'https://new.example.com/', receiver: {} }), subscription);

    expect(await deliverTo(subscription)).toMatchObject({ state: 'waiting', attemptCount: 1 });
    expect(deployment.messagesIn('exhausted')).toEqual([]);
    expect(deployment.messagesIn('retries')).toMatchObject([{ version: 1 }]);
    expect(await stored(subscription)).toMatchObject({ status: 'enabled', receiver: {}, version: 2 });
    expect(deployment.telemetry.named('delivery.attempted')).toMatchObject([
      { fields: { decision: { kind: 'retry' } } },
    ]);
    expect(deployment.telemetry.counts).not.toHaveProperty('DeliveriesExhausted');
  });

  test('a subscription that is deleted meanwhile does not come back', async () => {
    const subscription = await subscribe();
    changeBefore(() => undefined, subscription);
    await deliverTo(subscription);

    expect(await stored(subscription)).toBeUndefined();
  });
});

test('of a receiver that works, one failure costs no write, and two in a row do', async () => {
  const provenAt = deployment.clock.now().toISOString();
  const { subscription } = await deployment.subscribe({ receiver: { provenAt } });
  let status = 204;
  const sandbox = deployment.delivererWith({
    sender: {
      send: async () =>
        status === 204
          ? { kind: 'success', status, durationMs: 12 }
          : { kind: 'failure', reason: 'status', status, durationMs: 12 },
    },
  });
  const answerWith = async (next: number) => {
    status = next;
    const message = deployment.messageFor(subscription);
    await sandbox(sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message)));
    return (await stored(subscription))?.version;
  };

  await answerWith(204);
  // The first one casts a doubt on the address, which stays.
  const before = (await answerWith(500)) ?? 0;
  const versions: unknown[] = [];
  for (const next of [204, 500, 204, 500]) versions.push(await answerWith(next));
  expect(versions).toEqual([before, before, before, before]);

  expect(await answerWith(500)).toBe(before + 1);
  expect(await stored(subscription)).toMatchObject({ receiver: { failing: { count: 1 } } });
});

test.each([
  ['plain http', 'http://crm.example.com/'],
  ['a port that is not allowed any more', 'https://crm.example.com:8443/'],
  ['a host that is ours by now', 'https://api.iomnihub.example.net/'],
])('a stored URL with %s disables, and keeps its delivery for another URL', async (_, url) => {
  const subscription = await subscribe(url);

  expect(await deliverTo(subscription)).toMatchObject({ state: 'parked', reason: 'disabled' });
  expect(await stored(subscription)).toMatchObject({ status: 'disabled', disabledReason: 'invalid-url' });
});

test.each([
  ['suspended', 'account-suspended'],
  ['removed', 'account-suspended'],
] as const)(
  'the waiting deliveries of an account that is %s are cancelled without a call',
  async (status, reason) => {
    const subscription = await subscribe();
    await deployment.accounts.setAccountStatus(subscription.accountId, status, deployment.clock.now());

    expect(await deliverTo(subscription)).toMatchObject({ state: 'cancelled', reason, attemptCount: 0 });
  },
);

test('an account that is removed is the reason, though its subscription is gone as well', async () => {
  const subscription = await subscribe();
  await deployment.accounts.setAccountStatus(subscription.accountId, 'removed', deployment.clock.now());
  await deployment.subscriptions.deleteSubscription(subscription.accountId, subscription.id);

  expect(await deliverTo(subscription)).toMatchObject({ state: 'cancelled', reason: 'account-suspended' });
});

test('those of a subscription that waits for its receiver’s consent as well', async () => {
  const { subscription } = await deployment.subscribe({ status: 'pending' });

  expect(await deliverTo(subscription)).toMatchObject({
    state: 'cancelled',
    reason: 'subscription-pending',
  });
});
