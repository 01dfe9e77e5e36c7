import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createCallbackSender } from '../../adapters/https-callback-sender.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { sqsRecord } from '../support/builders.ts';
import { type Deployment, startDeployment } from '../support/deployment.ts';
import { internalFailure } from '../support/wire-proxy.ts';

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

async function deliverTo(subscription: Subscription) {
  const message = deployment.messageFor(subscription);
  await deployment.deliver(sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message)));
  return deployment.deliveries.findDelivery(message);
}

function stored({ accountId, id }: Subscription) {
  return deployment.subscriptions.findSubscription(accountId, id);
}

describe('a name that leads to a private address', () => {
  test('fails its delivery at once, and is a security event with the rule and the host only', async () => {
    const subscription = await subscribe();

    expect(await deliverTo(subscription)).toMatchObject({
      state: 'exhausted',
      reason: 'address-forbidden',
      attemptCount: 1,
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
        },
      },
    ]);
    expect(deployment.telemetry.counts).toMatchObject({ AddressesRefused: 1 });
    expect(JSON.stringify(deployment.telemetry.lines)).not.toMatch(/PLANTED|10\.0\.0\.7/);
  });

  test('disables its subscription at the third time in a row', async () => {
    const subscription = await subscribe();
    await deliverTo(subscription);
    await deliverTo(subscription);
    expect(await stored(subscription)).toMatchObject({ status: 'enabled' });

    await deliverTo(subscription);
    expect(await stored(subscription)).toMatchObject({
      status: 'disabled',
      disabledReason: 'address-forbidden',
    });
    expect(await deliverTo(subscription)).toMatchObject({ state: 'cancelled' });
  });

  test('is told to its owner, and to nobody which address it was', async () => {
    const subscription = await subscribe();
    await deliverTo(subscription);

    const attempts = deployment.wire.table.calls.filter(({ input }) => input.Item?.sk.S.startsWith('T#'));
    expect(attempts).toHaveLength(1);
    expect(attempts[0]?.input.Item.outcome.M).toMatchObject({
      reason: { S: 'address-forbidden' },
      refusal: { S: 'private-network' },
    });
    expect(JSON.stringify(deployment.wire.table.calls)).not.toContain('10.0.0.7');
  });

  test('has its delivery ended even if the note cannot be written', async () => {
    const subscription = await subscribe('https://unnoted.example.com/');
    deployment.wire.table.intercept(async (call) =>
      call.operation === 'UpdateItem' ? internalFailure : call.forward(),
    );

    expect(await deliverTo(subscription)).toMatchObject({ state: 'exhausted' });
    expect(deployment.telemetry.named('receiver.unnoted')).toHaveLength(1);
  });
});

test.each([
  ['plain http', 'http://crm.example.com/'],
  ['a port that is not allowed any more', 'https://crm.example.com:8443/'],
  ['a host that is ours by now', 'https://api.iomnihub.example.net/'],
])('a stored URL with %s ends its delivery and disables', async (_, url) => {
  const subscription = await subscribe(url);

  expect(await deliverTo(subscription)).toMatchObject({ state: 'exhausted', reason: 'invalid-url' });
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

test('those of a subscription that waits for its receiver’s consent as well', async () => {
  const { subscription } = await deployment.subscribe({ status: 'pending' });

  expect(await deliverTo(subscription)).toMatchObject({
    state: 'cancelled',
    reason: 'subscription-pending',
  });
});
