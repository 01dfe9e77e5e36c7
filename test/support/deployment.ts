import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { createNameResolver } from '../../adapters/dns-name-resolver.ts';
import { createAccountStore } from '../../adapters/dynamo-account-store.ts';
import type { DynamoTable } from '../../adapters/dynamo-client.ts';
import { createContenderStore } from '../../adapters/dynamo-contender-store.ts';
import { createDeliveryLog } from '../../adapters/dynamo-delivery-log.ts';
import { createDueIndex } from '../../adapters/dynamo-due-index.ts';
import { createEventLog } from '../../adapters/dynamo-event-log.ts';
import { createExhaustedCount } from '../../adapters/dynamo-exhausted-count.ts';
import { createParkedDeliveries } from '../../adapters/dynamo-parked-deliveries.ts';
import { createPlaceStore } from '../../adapters/dynamo-place-store.ts';
import { createStageStatusStore } from '../../adapters/dynamo-stage-status.ts';
import { createStatisticsHistory } from '../../adapters/dynamo-statistics.ts';
import { createSubscriptionStore } from '../../adapters/dynamo-subscription-store.ts';
import { createTokenStore } from '../../adapters/dynamo-token-store.ts';
import { createNoticePublisher } from '../../adapters/eventbridge-notices.ts';
import { createCallbackSender } from '../../adapters/https-callback-sender.ts';
import { createSecretCipher } from '../../adapters/kms-secret-cipher.ts';
import { createDeadLetters } from '../../adapters/sqs-dead-letters.ts';
import { createExhaustedQueue } from '../../adapters/sqs-exhausted-queue.ts';
import { createFirstAttemptQueue } from '../../adapters/sqs-first-attempt-queue.ts';
import { createRetryQueue } from '../../adapters/sqs-retry-queue.ts';
import { startWireProxy, type WireProxy } from '../../bench/wire-proxy.ts';
import { type DeliveryMessage, deliveryMessageSchema } from '../../core/deliveries/delivery.ts';
import { formatSecret } from '../../core/deliveries/signature.ts';
import type { CallbackUrlRules } from '../../core/receivers/callback-address.ts';
import type { CallbackSender } from '../../core/receivers/callback-sender.ts';
import type { Lesson } from '../../core/receivers/receiver.ts';
import { withLesson } from '../../core/subscriptions/lesson.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { createDeliverer, type DelivererDeps } from '../../functions/deliverer/deliver-batch.ts';
import { createDispatcher } from '../../functions/dispatcher/dispatch-events.ts';
import { createCallLimiter } from '../../functions/receivers/call-limiter.ts';
import { createContendedHosts } from '../../functions/receivers/contended-hosts.ts';
import { createSweeper, type SweeperDeps } from '../../functions/sweeper/sweep.ts';
import { type AcceptedEvent, startEventBus } from '../../local/event-bus.ts';
import { deliveryMessage, sqsEvent, subscription, uniqueId } from './builders.ts';
import { createBus, type RecordedBus } from './bus.ts';
import { type Clock, createClock } from './clock.ts';
import {
  connectEventBridgeAt,
  connectKmsAt,
  connectSqsAt,
  connectTableAt,
  type QueueEngine,
  startKmsEngine,
  startQueues,
  startTable,
  type WorkQueue,
} from './engines.ts';
import { type RecordedTelemetry, recordTelemetry } from './telemetry.ts';

export interface Deployment {
  readonly clock: Clock;
  readonly telemetry: RecordedTelemetry;
  readonly table: DynamoTable;
  readonly subscriptions: ReturnType<typeof createSubscriptionStore>;
  readonly accounts: ReturnType<typeof createAccountStore>;
  readonly stageStatus: ReturnType<typeof createStageStatusStore>;
  readonly exhaustedCount: ReturnType<typeof createExhaustedCount>;
  readonly sender: CallbackSender;
  readonly events: ReturnType<typeof createEventLog>;
  readonly deliveries: ReturnType<typeof createDeliveryLog>;
  readonly statistics: ReturnType<typeof createStatisticsHistory>;
  readonly parked: ReturnType<typeof createParkedDeliveries>;
  readonly cipher: ReturnType<typeof createSecretCipher>;
  readonly retries: ReturnType<typeof createRetryQueue>;
  /** What owners were told. */
  readonly bus: RecordedBus;
  readonly queues: QueueEngine;
  readonly eventQueue: WorkQueue;
  readonly deliveryQueue: WorkQueue;
  readonly retryQueue: WorkQueue;
  /** Every call to AWS goes through one of these. */
  readonly wire: Readonly<Record<'table' | 'sqs' | 'kms' | 'bus', WireProxy>>;
  /** What the bus has taken from the functions. */
  readonly notices: readonly AcceptedEvent[];
  dispatch(...records: SQSRecord[]): Promise<SQSBatchResponse>;
  deliver(...records: SQSRecord[]): Promise<SQSBatchResponse>;
  /** The same with other parts or settings. */
  delivererWith(overrides: Partial<DelivererDeps>): Deployment['deliver'];
  /** One sweep with plenty of time. */
  sweep(): Promise<void>;
  sweeperWith(overrides: Partial<SweeperDeps>): (remainingMs: () => number) => Promise<void>;
  /** A subscription of an account of its own with one live secret. */
  subscribe(overrides: Partial<Subscription>): Promise<{ subscription: Subscription; secret: string }>;
  /** As the deliverer does when a call has taught something of the subscription's receiver. */
  learn(seen: Subscription, lesson: Lesson): Promise<boolean>;
  /** The first message of an event of now to that subscription. */
  messageFor(to: Subscription, overrides?: Partial<DeliveryMessage>): DeliveryMessage;
  /** What waits in a queue, delayed or not. */
  messagesIn(name: string): DeliveryMessage[];
  /** Whole engines again: no fault, no message, no line. */
  reset(): void;
  close(): Promise<void>;
}

/** Receivers of tests are on this machine. */
export const anywhere: CallbackUrlRules = { allowPrivateCallbacks: true, allowedPorts: [443], ownHosts: [] };

export const scheduleSeconds = [0, 5, 3_600];
/** For whatever gives up by the machine's own clock: a busy machine is no fault. */
const patienceMs = 20_000;

const busName = 'events';

export const claimLeaseMs = 60_000;
export const sweepLeaseMs = 300_000;

export const deliverySettings: DelivererDeps['settings'] = {
  retryScheduleSeconds: scheduleSeconds,
  retryHorizonSeconds: 7 * 86_400,
  queueMarginSeconds: 60,
  callbackTimeoutMs: patienceMs,
  claimLeaseMs,
  maxDeliverers: 100,
  delivererTimeoutSeconds: 60,
  accountRatePerSecond: 500,
  hostRatePerSecond: 200,
  breakerFailures: 5,
  breakerMinSeconds: 60,
  breakerMaxSeconds: 3_600,
  disableAfterSeconds: 5 * 86_400,
  keepDisabledSeconds: 86_400,
  cacheMs: 5_000,
};

export const drainSettings: SweeperDeps['settings'] = {
  drainStepSeconds: 60,
  drainStartPerSecond: 1,
  drainMaxPerSecond: 50,
};

/** The same sender, to which every call seems to have taken so much longer. */
export function slowedBy(ms: number, sender: CallbackSender): CallbackSender {
  return {
    async send(request) {
      const outcome = await sender.send(request);
      return { ...outcome, durationMs: outcome.durationMs + ms };
    },
  };
}

/** Dispatcher and deliverer with the adapters that are deployed, on engines that speak AWS' wire protocols. */
export async function startDeployment(
  sender: ReturnType<typeof createCallbackSender> = createCallbackSender(anywhere),
): Promise<Deployment> {
  const [tableEngine, queues, kmsEngine] = await Promise.all([startTable(), startQueues(), startKmsEngine()]);
  const notices: AcceptedEvent[] = [];
  const busEngine = await startEventBus([busName], [], queues.sqs, (event) => notices.push(event));
  const wire = {
    table: await startWireProxy(tableEngine.endpoint),
    sqs: await startWireProxy(queues.endpoint),
    kms: await startWireProxy(kmsEngine.endpoint),
    bus: await startWireProxy(busEngine.url),
  };
  const table = await connectTableAt(wire.table.url);
  const sqs = connectSqsAt(wire.sqs.url);
  const kms = connectKmsAt(wire.kms.url);
  const eventBridge = connectEventBridgeAt(wire.bus.url);
  const eventQueue = queues.createWorkQueue('events');
  const deliveryQueue = queues.createWorkQueue('deliveries');
  const retryQueue = queues.createWorkQueue('retries');
  const exhaustedQueue = queues.createQueue('exhausted');

  // Receivers refuse timestamps that are not of now.
  const clock = createClock(new Date());
  const telemetry = recordTelemetry();
  const subscriptions = createSubscriptionStore(table);
  const events = createEventLog(table);
  const deliveries = createDeliveryLog(table, patienceMs);
  const statistics = createStatisticsHistory(table);
  const parked = createParkedDeliveries(table);
  const bus = createBus();
  const tokens = createTokenStore(table);
  const cipher = createSecretCipher(kms, 'alias/webhooks');
  const accounts = createAccountStore(table);
  const stageStatus = createStageStatusStore(table);
  const exhaustedCount = createExhaustedCount(table);
  const deadLetters = createDeadLetters(sqs);
  const retries = createRetryQueue(sqs, retryQueue.url);
  const dispatchBatch = createDispatcher({
    subscriptions,
    accounts,
    events,
    firstAttempts: createFirstAttemptQueue(sqs, deliveryQueue.url),
    deadLetters,
    notices: createNoticePublisher(eventBridge, busName),
    telemetry,
    now: clock.now,
  });
  const delivererDeps: DelivererDeps = {
    subscriptions,
    storedSubscriptions: subscriptions,
    accounts,
    stageStatus,
    exhaustedCount,
    events,
    deliveries,
    retries,
    exhausted: createExhaustedQueue(sqs, exhaustedQueue.url),
    deadLetters,
    cipher,
    sender,
    userAgent: 'iOmniHub-Webhooks/test',
    places: createPlaceStore(table),
    reserveTurns: createCallLimiter(tokens),
    contendedHosts: createContendedHosts(createContenderStore(table)),
    names: createNameResolver(),
    telemetry,
    settings: deliverySettings,
    recordWithinMs: 1_000,
    now: clock.now,
    random: () => 0.5,
    pause: setTimeout,
    randomBytes,
  };
  const delivererWith = (overrides: Partial<DelivererDeps>): Deployment['deliver'] => {
    const deliverBatch = createDeliverer({ ...delivererDeps, ...overrides });
    return (...records) => deliverBatch(sqsEvent(...records));
  };
  const sweeperDeps: SweeperDeps = {
    dueIndex: createDueIndex(table),
    deliveries,
    parked,
    exhaustedCount,
    subscriptions,
    accounts,
    stageStatus,
    tokens,
    retries,
    notices: bus,
    telemetry,
    leaseMs: sweepLeaseMs,
    spreadSeconds: 55,
    settings: drainSettings,
    now: clock.now,
    randomBytes,
  };
  const sweeperWith = (overrides: Partial<SweeperDeps>) => createSweeper({ ...sweeperDeps, ...overrides });

  return {
    clock,
    telemetry,
    table,
    subscriptions,
    accounts,
    stageStatus,
    exhaustedCount,
    sender,
    events,
    deliveries,
    statistics,
    parked,
    cipher,
    retries,
    bus,
    queues,
    eventQueue,
    deliveryQueue,
    retryQueue,
    wire,
    notices,
    dispatch: (...records) => dispatchBatch(sqsEvent(...records)),
    deliver: delivererWith({}),
    delivererWith,
    sweep: () => sweeperWith({})(() => 50_000),
    sweeperWith,
    async subscribe(overrides) {
      const created = subscription({ accountId: uniqueId('acc'), id: uniqueId('sub'), ...overrides });
      const { accountId, id: subscriptionId } = created;
      const secret = formatSecret(Buffer.from(subscriptionId.padEnd(32)));
      const sealed = await cipher.seal(secret, { accountId, subscriptionId });
      const stored = { ...created, secrets: [{ sealed, createdAt: created.createdAt }] };
      await subscriptions.createSubscription(stored);
      return { subscription: stored, secret };
    },
    learn: (seen, lesson) =>
      subscriptions.replaceSubscription(seen, withLesson(seen, lesson, clock.now(), deliverySettings)),
    messageFor: ({ accountId, id }, overrides = {}) =>
      deliveryMessage({
        accountId,
        subscriptionId: id,
        eventId: uniqueId('evt'),
        acceptedAt: clock.now().toISOString(),
        body: '{"data":"ação"}',
        ...overrides,
      }),
    messagesIn: (name) =>
      queues.waitingIn(name).map(({ body }) => deliveryMessageSchema.parse(JSON.parse(body))),
    reset() {
      for (const proxy of Object.values(wire)) proxy.reset();
      queues.clear();
      bus.reset();
      notices.length = 0;
      telemetry.clear();
    },
    async close() {
      await sender.close();
      for (const client of [table.client, sqs, kms, eventBridge]) client.destroy();
      await Promise.all(Object.values(wire).map((proxy) => proxy.close()));
      await Promise.all([tableEngine.close(), queues.close(), kmsEngine.close(), busEngine.close()]);
    },
  };
}
