import { describe, expect, test } from '@jest/globals';
import type { Answerer, WireCall } from '../../bench/wire-proxy.ts';
import type { DeliveryMessage } from '../../core/deliveries/delivery.ts';
import { refOf } from '../../core/deliveries/delivery.ts';
import { resend } from '../../core/deliveries/delivery-steps.ts';
import { resendDelivery } from '../../core/deliveries/resend-delivery.ts';
import type { Pause } from '../../core/subscriptions/pause.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { TestApi } from '../support/api.ts';
import {
  envelope,
  exhaustedDelivery,
  parkedDelivery,
  sqsRecord,
  waitingDelivery,
} from '../support/builders.ts';
import { type Deployment, slowedBy } from '../support/deployment.ts';
import type { Receiver } from '../support/receiver.ts';
import { writesRows } from '../support/row-writes.ts';
import { prepareDeployment } from '../support/suite.ts';

/**
 * What is written before what, for each way through the functions: docs/adr/0002-keys-and-states.md says why. Each
 * write fails once. Nothing that comes after it may have been written then, and all that comes before it must be.
 */

let deployment: Deployment;
let api: TestApi;
let receiver: Receiver;
prepareDeployment(async (suite) => {
  ({ deployment, api, receiver } = suite);
});

/** Not worth a repetition for the SDK. */
const refused = { status: 400, body: { __type: 'ValidationException' } };

function nameOf({ operation, input }: WireCall): string | undefined {
  if (operation.startsWith('SendMessage')) return `message to ${String(input.QueueUrl).split('/').at(-1)}`;
  if (operation === 'BatchWriteItem') return writesRows({ operation, input }) ? 'row' : undefined;
  if (!['PutItem', 'UpdateItem', 'DeleteItem'].includes(operation)) return undefined;
  const { pk, sk } = (input.Item ?? input.Key) as Record<'pk' | 'sk', { S: string }>;
  if (pk.S.endsWith('#U')) return 'audit';
  const names = { S: 'subscription', T: 'attempt', D: 'row', E: 'event' } as Record<string, string>;
  return names[sk.S.slice(0, 1)];
}

/** Notes every write, and refuses the one with this index. */
function watchWrites(refusedIndex?: number) {
  const writes: string[] = [];
  const watch: Answerer = async (call) => {
    const name = nameOf(call);
    if (!name) return call.forward();
    writes.push(name);
    return writes.length - 1 === refusedIndex ? refused : call.forward();
  };
  deployment.wire.table.intercept(watch);
  deployment.wire.sqs.intercept(watch);
  return writes;
}

function answer(status: number) {
  receiver.respond((response) => void response.writeHead(status).end());
}

function deliver(message: DeliveryMessage) {
  return deployment.deliver(sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message)));
}

async function subscribed(overrides: Partial<Subscription> = {}) {
  return (await deployment.subscribe({ url: receiver.url, ...overrides })).subscription;
}

/** A message that goes with a row, which has had so many attempts. */
async function later(to: Subscription, attemptCount: number, overrides: Partial<DeliveryMessage> = {}) {
  const message = deployment.messageFor(to, { version: 4, ...overrides });
  const row = { ...waitingDelivery({ version: 4, attemptCount }), ...refOf(message) };
  await deployment.deliveries.replaceDelivery(undefined, row);
  return message;
}

/** A sweep that finds this subscription alone. */
function wake({ accountId, id }: Subscription) {
  const dueIndex = {
    shards: { deliveries: 0, subscriptions: 1 },
    listDueDeliveries: async () => [],
    async listDueSubscriptions() {
      const found = await deployment.subscriptions.findSubscription(accountId, id);
      return found ? [found] : [];
    },
  };
  return deployment.sweeperWith({ dueIndex })(() => 50_000);
}

interface Way {
  readonly name: string;
  readonly writes: readonly string[];
  /** Writes that may fail without stopping what comes after them. */
  readonly optional?: readonly string[];
  /** Prepares everything, and returns what writes. */
  prepare(): Promise<() => Promise<unknown>>;
}

const longAgo = '2026-01-01T00:00:00.000Z';
const ways: readonly Way[] = [
  {
    name: 'a first attempt that proves its receiver',
    writes: ['subscription', 'row'],
    optional: ['subscription'],
    async prepare() {
      const message = deployment.messageFor(await subscribed({ receiver: {} }));
      return () => deliver(message);
    },
  },
  {
    name: 'a first attempt that fails',
    writes: ['attempt', 'subscription', 'row', 'message to retries'],
    optional: ['subscription'],
    async prepare() {
      const message = deployment.messageFor(await subscribed());
      answer(500);
      return () => deliver(message);
    },
  },
  {
    name: 'a first attempt that disables',
    writes: ['attempt', 'subscription', 'row'],
    async prepare() {
      const message = deployment.messageFor(await subscribed());
      answer(410);
      return () => deliver(message);
    },
  },
  {
    name: 'a later attempt that succeeds',
    writes: ['row', 'attempt', 'row'],
    async prepare() {
      const message = await later(await subscribed(), 1);
      return () => deliver(message);
    },
  },
  {
    name: 'a later attempt that fails and leaves a short gap',
    writes: ['row', 'attempt', 'subscription', 'row', 'message to retries'],
    optional: ['subscription'],
    async prepare() {
      const message = await later(await subscribed({ receiver: {} }), 0);
      answer(500);
      return () => deliver(message);
    },
  },
  {
    name: 'a last attempt that fails',
    writes: ['row', 'attempt', 'subscription', 'message to exhausted', 'row', 'subscription'],
    optional: ['subscription'],
    async prepare() {
      const message = await later(await subscribed({ receiver: {} }), 2);
      answer(500);
      return () => deliver(message);
    },
  },
  {
    name: 'a first attempt that has expired',
    writes: ['message to exhausted', 'row', 'subscription'],
    optional: ['subscription'],
    async prepare() {
      const message = deployment.messageFor(await subscribed(), { acceptedAt: longAgo });
      return () => deliver(message);
    },
  },
  {
    name: 'a later attempt that has expired',
    writes: ['row', 'message to exhausted', 'row', 'subscription'],
    optional: ['subscription'],
    async prepare() {
      const message = await later(await subscribed(), 1, { acceptedAt: longAgo });
      return () => deliver(message);
    },
  },
  {
    name: 'a first attempt at a subscription that is paused',
    writes: ['row'],
    async prepare() {
      const until = new Date(deployment.clock.now().getTime() + 60_000).toISOString();
      const pause = { since: longAgo, until, by: { kind: 'portal' } } as unknown as Pause;
      const message = deployment.messageFor(await subscribed({ pause }));
      return () => deliver(message);
    },
  },
  {
    name: 'an attempt that is parked after its subscription has gone on',
    writes: ['row', 'row', 'message to retries'],
    async prepare() {
      const until = new Date(deployment.clock.now().getTime() + 60_000).toISOString();
      const pause = { since: longAgo, until, by: { kind: 'portal' } } as unknown as Pause;
      const to = await subscribed({ pause });
      const { pause: _, ...others } = to;
      const known = { findSubscription: async () => to };
      const message = JSON.stringify(deployment.messageFor(to));
      const deliverLate = deployment.delivererWith({
        subscriptions: { ...deployment.subscriptions, ...known },
      });
      await deployment.subscriptions.replaceSubscription(to, { ...others, version: to.version + 1 });
      return () => deliverLate(sqsRecord(deployment.deliveryQueue.arn, message));
    },
  },
  {
    name: 'a step of a drain',
    writes: ['subscription', 'row', 'message to retries'],
    async prepare() {
      const at = deployment.clock.now().toISOString();
      const to = await subscribed({ drain: { since: at, nextAt: at, perSecond: 0 } });
      const ref = refOf(deployment.messageFor(to));
      await deployment.deliveries.replaceDelivery(undefined, {
        ...parkedDelivery({ dueAt: '2100-01-01T00:00:00.000Z' }),
        ...ref,
      });
      return () => wake(to);
    },
  },
  {
    name: 'a probe',
    writes: ['subscription', 'row', 'message to retries'],
    async prepare() {
      const at = deployment.clock.now().toISOString();
      const breaker = { state: 'open', openedAt: at, until: at, openings: 1 } as const;
      const to = await subscribed({ receiver: { breaker } });
      const ref = refOf(deployment.messageFor(to));
      await deployment.deliveries.replaceDelivery(undefined, {
        ...parkedDelivery({ dueAt: '2100-01-01T00:00:00.000Z' }),
        ...ref,
      });
      return () => wake(to);
    },
  },
  {
    name: 'an attempt that has to wait for its turn',
    writes: ['row', 'message to retries'],
    async prepare() {
      const to = await subscribed({ receiver: {} });
      answer(500);
      await deliver(deployment.messageFor(to));
      const message = deployment.messageFor(to);
      return () => deliver(message);
    },
  },
  {
    name: 'a first attempt for a slow receiver',
    writes: ['message to retries'],
    async prepare() {
      const message = deployment.messageFor(await subscribed({ receiver: { slowSince: longAgo } }));
      return () => deliver(message);
    },
  },
  {
    name: 'an attempt that shows a receiver to be slow',
    writes: ['subscription', 'row'],
    optional: ['subscription'],
    async prepare() {
      const message = JSON.stringify(deployment.messageFor(await subscribed()));
      const deliverSlowly = deployment.delivererWith({ sender: slowedBy(5_000, deployment.sender) });
      return () => deliverSlowly(sqsRecord(deployment.deliveryQueue.arn, message));
    },
  },
  {
    name: 'an event',
    // SQS may have taken what it did not acknowledge, so that is sent once more.
    writes: ['event', 'message to deliveries'],
    async prepare() {
      const { accountId } = await subscribed();
      const time = deployment.clock.now().toISOString();
      const record = sqsRecord(deployment.eventQueue.arn, envelope({ time, detail: { accountId } }));
      return () => deployment.dispatch(record);
    },
  },
  {
    name: 'a test event',
    writes: ['event', 'row', 'message to retries'],
    async prepare() {
      const { accountId, id } = await subscribed();
      return () => api.call('POST /subscriptions/{id}/test', { accountId, id, body: {} });
    },
  },
  {
    name: 'a request to ask a receiver for its consent',
    writes: ['audit', 'row', 'subscription', 'message to retries'],
    async prepare() {
      const { accountId, id } = await subscribed();
      return () => api.call('POST /subscriptions/{id}/verify', { accountId, id });
    },
  },
  {
    name: 'a receiver that is asked for its consent',
    writes: ['row', 'attempt', 'subscription', 'row'],
    async prepare() {
      const { accountId, id } = await subscribed({ receiver: {} });
      await api.call('POST /subscriptions/{id}/verify', { accountId, id });
      const [message] = deployment.messagesIn('retries');
      if (!message) throw new Error('nobody is asked');
      return () => deployment.deliver(sqsRecord(deployment.retryQueue.arn, JSON.stringify(message)));
    },
  },
  {
    name: 'a new subscription',
    writes: ['audit', 'subscription'],
    async prepare() {
      const body = { url: receiver.url, eventTypes: ['*'] };
      return () => api.call('POST /subscriptions', { accountId: 'acc_new', body });
    },
  },
  {
    name: 'a subscription that moves',
    writes: ['audit', 'subscription'],
    async prepare() {
      const { accountId, id } = await subscribed();
      const body = { url: `${receiver.url}/moved` };
      return () => api.call('PATCH /subscriptions/{id}', { accountId, id, body });
    },
  },
  {
    name: 'a secret that is replaced',
    writes: ['audit', 'subscription'],
    async prepare() {
      const { accountId, id } = await subscribed();
      return () => api.call('POST /subscriptions/{id}/secret/rotate', { accountId, id });
    },
  },
  {
    name: 'a subscription that ends',
    writes: ['audit', 'subscription'],
    async prepare() {
      const { accountId, id } = await subscribed();
      return () => api.call('DELETE /subscriptions/{id}', { accountId, id });
    },
  },
  {
    name: 'a delivery that is sent again by its owner or an operator',
    writes: ['event', 'row', 'message to retries'],
    async prepare() {
      const { accountId } = await subscribed();
      const time = deployment.clock.now().toISOString();
      const detail = { accountId };
      await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, envelope({ time, detail })));
      const [message] = deployment.messagesIn('deliveries');
      if (!message) throw new Error('nothing was dispatched');
      const row = { ...exhaustedDelivery({ version: 4 }), ...refOf(message) };
      await deployment.deliveries.replaceDelivery(undefined, row);
      const next = resend(row, { waitMs: 0, dueInMs: 60_000 }, deployment.clock.now());
      if (!next) throw new Error('it cannot be sent again');
      const send = (one: DeliveryMessage) => deployment.retries.sendRetry(one, 0);
      const ports = { events: deployment.events, deliveries: deployment.deliveries, send };
      return () => resendDelivery(ports, row, next, deployment.clock.now()).catch(() => 'failed');
    },
  },
];

describe.each(ways)('$name', ({ writes, optional = [], prepare }) => {
  test(`writes: ${writes.join(', ')}`, async () => {
    const act = await prepare();
    const seen = watchWrites();

    await act();

    expect(seen).toEqual(writes);
  });

  test.each(writes.map((name, index) => ({ name, index })).filter(({ name }) => !optional.includes(name)))(
    'stops at $name ($index), if it fails',
    async ({ name, index }) => {
      const act = await prepare();
      const seen = watchWrites(index);

      await act();

      const others = seen.filter((write, at) => at < index || write !== name);
      expect(others).toEqual(writes.slice(0, index));
    },
  );
});
