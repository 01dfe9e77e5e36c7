import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createDeliveryHistory } from '../../../adapters/dynamo-delivery-history.ts';
import { internalFailure } from '../../../bench/wire-proxy.ts';
import {
  type Delivery,
  type DeliveryMessage,
  deliveryIdOf,
  messageFor,
} from '../../../core/deliveries/delivery.ts';
import { plan } from '../../../core/deliveries/delivery-steps.ts';
import { hoursTouched } from '../../../core/deliveries/statistics.ts';
import { deliveryDirectives } from '../../../core/receivers/delivery-directive.ts';
import { withQuestion } from '../../../core/subscriptions/consent.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import { sqsRecord, uniqueId } from '../../support/builders.ts';
import type { Deployment } from '../../support/deployment.ts';
import { type Receiver, startReceiver, unsignedHeaders } from '../../support/receiver.ts';
import { prepareDeployment } from '../../support/suite.ts';

/** The deliverer asks a receiver for its consent. What the API does before and after is in test/functions/api. */

const acknowledged = { batchItemFailures: [] };

let deployment: Deployment;
let receiver: Receiver;
let pending: Subscription;
let row: Delivery;
let message: DeliveryMessage;
prepareDeployment((suite) => {
  ({ deployment, receiver } = suite);
});
beforeEach(async () => {
  const { subscription } = await deployment.subscribe({ url: receiver.url, status: 'pending', receiver: {} });
  ({ row, message, pending } = await ask(subscription));
  consent();
});

/** As the API does. */
async function ask(seen: Subscription) {
  const { accountId, id: subscriptionId } = seen;
  const now = deployment.clock.now();
  const ref = {
    accountId,
    subscriptionId,
    eventId: uniqueId('vrf'),
    eventType: 'webhook.verify',
    acceptedAt: now.toISOString(),
  };
  const row = plan(ref, { waitMs: 0, dueInMs: 60_000 }, now);
  await deployment.deliveries.replaceDelivery(undefined, row);
  const asked = withQuestion(seen, { id: ref.eventId, askedAt: ref.acceptedAt });
  const pending = { ...asked, version: seen.version + 1 };
  expect(await deployment.subscriptions.replaceSubscription(seen, pending)).toBe(true);
  return { row, message: messageFor(row), pending };
}

function consent(): void {
  receiver.respond((response, { body }) => {
    const { data } = JSON.parse(body) as { data: { challenge: string } };
    response.end(data.challenge);
  });
}

function deliver(which = message, receiveCount = 1) {
  return deployment.deliver(sqsRecord(deployment.retryQueue.arn, JSON.stringify(which), { receiveCount }));
}

async function stored(): Promise<Subscription> {
  const found = await deployment.subscriptions.findSubscription(pending.accountId, pending.id);
  if (!found) throw new Error('no such subscription');
  return found;
}

/** A change by the owner, on top of whatever is stored. */
async function change(changes: Partial<Subscription>): Promise<void> {
  const seen = await stored();
  const next = { ...seen, ...changes, version: seen.version + 1 };
  expect(await deployment.subscriptions.replaceSubscription(seen, next)).toBe(true);
}

/** What a move to another URL leaves, as core/subscriptions/subscription.ts says. */
const moved = (url: string) => ({ url, receiver: {}, verifiedAt: undefined, verification: undefined });

describe('consent', () => {
  test('enables what waits for it, in one write with its time and the proof', async () => {
    expect(await deliver()).toEqual(acknowledged);

    const at = deployment.clock.now().toISOString();
    expect(await stored()).toMatchObject({
      status: 'enabled',
      verifiedAt: at,
      updatedAt: at,
      receiver: { provenAt: at },
      version: pending.version + 1,
      verification: { state: 'verified', answeredAt: at },
    });
    expect(await deployment.deliveries.findDelivery(row)).toMatchObject({
      state: 'delivered',
      attemptCount: 1,
    });
  });

  test('is asked for with headers that say so, of which none calls it a test', async () => {
    await deliver();

    const [callback] = receiver.callbacks;
    expect(callback && unsignedHeaders(callback)).toEqual({
      'iomnihub-subscription-id': pending.id,
      'iomnihub-delivery-id': deliveryIdOf(row),
      'iomnihub-event-type': 'webhook.verify',
      'iomnihub-attempt': '1',
    });
  });

  test.each(['enabled', 'disabled'] as const)('leaves what is %s so', async (status) => {
    await change({ status });
    await deliver();

    expect(await stored()).toMatchObject({ status, verification: { state: 'verified' } });
  });

  test('is to a challenge of 24 random bytes, another one for each question', async () => {
    const challenges: string[] = [];
    receiver.respond((response, { body }) => {
      const { data } = JSON.parse(body) as { data: { challenge: string } };
      challenges.push(data.challenge);
      response.end();
    });
    await deliver();
    deployment.clock.advance(2_000);
    ({ message } = await ask(await stored()));
    await deliver();

    expect(challenges.map((challenge) => Buffer.from(challenge, 'base64url').length)).toEqual([24, 24]);
    expect(new Set(challenges).size).toBe(2);
  });

  test('is tried ten times against others who write all the time, and then comes with the message again', async () => {
    let [tries, isOurs] = [0, false];
    deployment.wire.table.intercept(async (call) => {
      if (isOurs || call.operation !== 'PutItem' || !call.input.Item.subscription) return call.forward();
      tries += 1;
      isOurs = true;
      await change({ description: String(tries) });
      isOurs = false;
      return call.forward();
    });

    expect((await deliver()).batchItemFailures).toHaveLength(1);
    expect(tries).toBe(10);
    expect(await stored()).toMatchObject({ status: 'pending', verification: { state: 'asked' } });
  });

  test('is not lost to another write at the same time', async () => {
    receiver.respond((response, { body }) => {
      const { data } = JSON.parse(body) as { data: { challenge: string } };
      void change({ description: 'changed meanwhile' }).then(() => response.end(data.challenge));
    });

    expect(await deliver()).toEqual(acknowledged);
    expect(await stored()).toMatchObject({ status: 'enabled', description: 'changed meanwhile' });
  });

  test('whose write fails comes with the message again', async () => {
    deployment.wire.table.intercept(async (call) =>
      call.input.Item?.subscription ? internalFailure : call.forward(),
    );
    expect((await deliver()).batchItemFailures).toHaveLength(1);
    expect(await stored()).toMatchObject({ status: 'pending' });
    deployment.wire.table.reset();

    expect(await deployment.deliveries.findDelivery(row)).toMatchObject({ state: 'claimed' });
  });
});

describe('an answer counts only for the question that it was given to', () => {
  let other: Receiver;
  beforeEach(async () => {
    other = await startReceiver();
  });
  afterEach(() => other.close());

  /** When the change comes: before anything is read, while KMS opens the secret, or while the receiver answers. */
  const moments: Record<string, (apply: () => Promise<void>) => Promise<void> | void> = {
    'before it is asked': (apply) => apply(),
    'while KMS opens its secret': (apply) => {
      deployment.wire.kms.intercept(async (call) => {
        if (call.operation === 'Decrypt') {
          deployment.wire.kms.intercept((later) => later.forward());
          await apply();
        }
        return call.forward();
      });
    },
    'while it answers': (apply) => {
      receiver.respond((response, { body }) => {
        const { data } = JSON.parse(body) as { data: { challenge: string } };
        void apply().then(() => response.end(data.challenge));
      });
    },
    'right before the answer is written': (apply) => {
      deployment.wire.table.intercept(async (call) => {
        if (call.input.Item?.subscription) {
          deployment.wire.table.intercept((later) => later.forward());
          await apply();
        }
        return call.forward();
      });
    },
  };

  const changes: Record<string, () => Promise<void>> = {
    'the URL changes': () => change(moved(other.url)),
    'the URL changes and comes back': async () => {
      await change(moved(other.url));
      await change(moved(receiver.url));
    },
    'it is asked anew': async () => void (await ask(await stored())),
  };

  test.each(
    Object.keys(moments).flatMap((moment) => Object.keys(changes).map((name) => [name, moment] as const)),
  )('if %s %s, it counts no more', async (name, moment) => {
    await moments[moment]?.(changes[name] ?? (() => Promise.resolve()));

    expect(await deliver()).toEqual(acknowledged);
    const left = await stored();
    expect(left.status).toBe('pending');
    expect(left.verification?.state).not.toBe('verified');
    expect(left).not.toHaveProperty('verifiedAt');
    expect(left.receiver).toEqual({});
    expect(other.callbacks).toEqual([]);
  });

  test.each(['before it is asked', 'while KMS opens its secret'])(
    'if the URL changes %s, nobody is called',
    async (moment) => {
      await moments[moment]?.(() => change(moved(other.url)));
      await deliver();

      expect(receiver.callbacks).toEqual([]);
      expect(await deployment.deliveries.findDelivery(row)).toMatchObject({
        state: 'cancelled',
        reason: 'question-withdrawn',
        attemptCount: 0,
      });
    },
  );
});

describe('a question', () => {
  test('is read past the caches, which may not know it yet', async () => {
    const old = { ...pending, verification: undefined };
    const deliverFromCache = deployment.delivererWith({
      subscriptions: {
        findSubscription: async () => old,
        replaceSubscription: deployment.subscriptions.replaceSubscription,
      },
    });
    await deliverFromCache(sqsRecord(deployment.retryQueue.arn, JSON.stringify(message)));

    expect(await stored()).toMatchObject({ status: 'enabled' });
  });

  test('is asked once, however often its message comes', async () => {
    await deliver();
    await deliver(message, 2);
    await deliver({ ...message, version: 0, recheck: true });

    expect(receiver.callbacks).toHaveLength(1);
  });

  test('waits for its turn at the limits of callbacks, like any call', async () => {
    const later = new Date(deployment.clock.now().getTime() + 5_000);
    const limited = deployment.delivererWith({
      reserveTurns: async (limits) => ({
        kind: 'later',
        at: later,
        limit: limits[0]?.name ?? 'host',
        passed: [],
      }),
    });
    await limited(sqsRecord(deployment.retryQueue.arn, JSON.stringify(message)));

    expect(receiver.callbacks).toEqual([]);
    expect(await deployment.deliveries.findDelivery(row)).toMatchObject({
      state: 'waiting',
      nextAttemptAt: later.toISOString(),
      turn: { at: later.toISOString() },
    });
    expect(deployment.telemetry.named('delivery.attempted')).toMatchObject([
      { fields: { end: 'postponed', limit: 'unproven-address' } },
    ]);
  });

  test('that could not be asked for an hour has failed, and nobody is called', async () => {
    deployment.clock.advance(3_600_001);
    expect(await deliver()).toEqual(acknowledged);

    expect(receiver.callbacks).toEqual([]);
    expect(await stored()).toMatchObject({
      status: 'pending',
      verification: { state: 'failed', reason: 'expired' },
    });
    expect(await deployment.deliveries.findDelivery(row)).toMatchObject({
      state: 'exhausted',
      reason: 'expired',
      attemptCount: 0,
    });
  });

  test.each([
    [
      'whose account is suspended',
      'account-suspended',
      () => deployment.accounts.setAccountStatus(pending.accountId, 'suspended', new Date()),
    ],
    [
      'whose subscription is gone',
      'subscription-deleted',
      () => deployment.subscriptions.deleteSubscription(pending.accountId, pending.id),
    ],
  ] as const)('%s is not asked', async (_, reason, apply) => {
    await apply();
    await deliver();

    expect(receiver.callbacks).toEqual([]);
    expect(await deployment.deliveries.findDelivery(row)).toMatchObject({ state: 'cancelled', reason });
  });

  test('counts neither as a callback in the statistics nor as a lesson', async () => {
    receiver.respond((response) => void response.writeHead(410).end());
    await deliver();

    expect(await stored()).toMatchObject({ status: 'pending', receiver: {} });
    const { accountId, subscriptionId } = message;
    const now = deployment.clock.now();
    const range = hoursTouched(new Date(now.getTime() - 3_600_000), new Date(now.getTime() + 3_600_000));
    expect(await deployment.statistics.listStatistics({ accountId, subscriptionId }, range)).toEqual([]);
    expect(deployment.queues.messagesIn('exhausted')).toEqual([]);
  });

  test.each(deliveryDirectives)(
    'is answered by the challenge alone: %s changes nothing',
    async (directive) => {
      receiver.respond((response, { body }) => {
        response.writeHead(200, { 'webhook-delivery': directive });
        response.end((JSON.parse(body) as { data: { challenge: string } }).data.challenge);
      });
      await deliver();

      expect(await stored()).toMatchObject({ status: 'enabled', verification: { state: 'verified' } });
      expect(await stored()).not.toHaveProperty('disabledReason');
    },
  );

  test('to a name that leads inside looks as if the name did not exist, and operators are told the rule', async () => {
    const guarded = deployment.delivererWith({
      sender: {
        send: async () => ({
          kind: 'failure',
          reason: 'address-forbidden',
          refusal: 'private-network',
          refusedAddress: '10.0.0.7',
          durationMs: 1,
        }),
      },
    });
    await guarded(sqsRecord(deployment.retryQueue.arn, JSON.stringify(message)));

    expect(deployment.telemetry.named('address.refused')).toMatchObject([
      {
        level: 'warn',
        fields: { subscriptionId: pending.id, refusal: 'private-network', address: '10.0.0.7' },
      },
    ]);
    const { verification } = await stored();
    expect(verification).toMatchObject({ state: 'failed', reason: 'dns' });
    const attempts = await createDeliveryHistory(deployment.table).listAttempts(row, 10);
    expect(attempts.map(({ outcome }) => outcome)).toEqual([
      { kind: 'failure', reason: 'dns', durationMs: 1 },
    ]);
  });
});
