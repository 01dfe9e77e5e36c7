import { setImmediate } from 'node:timers/promises';
import type { HeldMessages } from '../../../adapters/sqs-held-messages.ts';
import {
  type Delivery,
  type DeliveryRef,
  deliveryIdOf,
  deliveryMessageSchema,
  isOpen,
} from '../../../core/deliveries/delivery.ts';
import { scheduleOf } from '../../../core/deliveries/delivery-facts.ts';
import type { DeliveryLog } from '../../../core/deliveries/delivery-log.ts';
import type { DelayedMessage, ExhaustedQueue, RetryQueue } from '../../../core/deliveries/delivery-queues.ts';
import type { CallLimit } from '../../../core/rate-limit.ts';
import type { DeliveryOutcome } from '../../../core/receivers/delivery-outcome.ts';
import { type AttemptDeps, createAttempt } from '../../../functions/deliverer/attempt-delivery.ts';
import type { CallTurn } from '../../../functions/receivers/call-limiter.ts';
import { createDeliverySweep } from '../../../functions/sweeper/sweep-deliveries.ts';
import { createRedrive } from '../../../scripts/redrive/redrive-queue.ts';
import { acceptedAt, deliveryMessage, deliveryRef, subscription } from '../../support/builders.ts';
import { recordTelemetry } from '../../support/telemetry.ts';

/**
 * Workers, sweepers and operators as they are deployed, on a table and queues of which only that is left which they may
 * rely on: a row is replaced if it is as it was seen; a message is handed out at least once, in any order. Nobody does
 * anything by himself: each call to the outside waits until `perform` lets it happen, so that a test decides who goes
 * next, who crashes between any two steps, and which call fails.
 */
export type World = ReturnType<typeof createWorld>;

export const scheduleSeconds = [0, 5, 3_600];
const second = 1_000;
/** As core/settings/derived-settings.ts derives them from a deadline of 15 s. */
const functionTimeoutMs = 45 * second;
const claimLeaseMs = 60 * second;
const sweepLeaseMs = 300 * second;
const visibilityMs = 270 * second;
const maxReceives = 3;

type QueueName = 'deliveries' | 'retries' | 'deliveries-dlq' | 'retries-dlq' | 'exhausted-deliveries';

interface QueuedMessage {
  readonly id: number;
  queue: QueueName;
  readonly body: string;
  readonly sentAt: number;
  visibleAt: number;
  receiveCount: number;
}

interface Actor {
  readonly role: 'worker' | 'sweeper' | 'operator';
  /** Of a worker: the delivery that it is at. */
  readonly deliveryId: string | undefined;
  readonly startedAt: number;
  /** Has ended, by itself or by a crash. */
  ended: boolean;
  crashed: boolean;
  outlived: boolean;
  /** Has called a receiver, and no row counts it yet. */
  hasUnwrittenCall: boolean;
  claim: Delivery | undefined;
  waiting: PendingCall[];
}

/** happens; happens but reports a failure; does not happen; happens but the SDK's repetition finds it done. */
export type Fate = 'done' | 'done-but-failed' | 'failed' | 'done-but-denied';

interface PendingCall {
  readonly actor: Actor;
  readonly name: string;
  happen(outcome: DeliveryOutcome): unknown;
  settle(fate: Fate, result: unknown): void;
}

/** What the test looks at, by the identifier of a delivery. */
export interface Account {
  readonly ref: DeliveryRef;
  calls: number;
  /** Attempts that a row counts. */
  counted: number;
  /** Crashes, faults and repetitions by SQS that each explain one call more than is counted. */
  excused: number;
  /** A first attempt, which claims nothing, succeeded after another had claimed: its truth ends that claim. */
  wasOvertaken: boolean;
  /** Versions of the messages that told of its exhaustion. */
  readonly letters: Set<number>;
}

export function createWorld(deliveryCount: number) {
  const startMs = Date.parse(acceptedAt);
  let nowMs = startMs;
  let lastId = 0;
  const now = () => new Date(nowMs);
  const rows = new Map<string, Delivery>();
  const accounts = new Map<string, Account>();
  let messages: QueuedMessage[] = [];
  let actors: Actor[] = [];
  const disabled = new Set<string>();
  /** How the limits are: with room, with a turn later on, or with none to give out. */
  let crowd: CallTurn['kind'] = 'now';
  /** Who lost a claim while its lease lasted. */
  const robbed: Actor[] = [];

  function send(queue: QueueName, body: string, delaySeconds = 0): void {
    const visibleAt = nowMs + delaySeconds * second;
    messages.push({ id: ++lastId, queue, body, sentAt: nowMs, visibleAt, receiveCount: 0 });
  }

  function accountOf(ref: DeliveryRef): Account {
    const account = accounts.get(deliveryIdOf(ref));
    if (!account) throw new Error('a delivery that the world does not know');
    return account;
  }

  function turnAt(limits: readonly CallLimit[]): CallTurn {
    const [limit] = limits;
    if (!limit || crowd === 'now') return { kind: 'now' };
    if (crowd === 'full') return { kind: 'full', limit: limit.name, passed: [] };
    return {
      kind: 'later',
      at: new Date(nowMs + 5 * second),
      limit: limit.name,
      passed: limits.map(({ bucket }) => bucket),
    };
  }

  for (let number = 0; number < deliveryCount; number += 1) {
    const ref = deliveryRef({ subscriptionId: `sub_${number % 2}`, eventId: `evt_${number}` });
    accounts.set(deliveryIdOf(ref), {
      ref,
      calls: 0,
      counted: 0,
      excused: 0,
      wasOvertaken: false,
      letters: new Set(),
    });
    send('deliveries', JSON.stringify(deliveryMessage({ ...ref, body: '{}' })));
  }

  /** A call to the outside, which happens when the test says so. */
  function call<T>(actor: Actor, name: string, happen: (outcome: DeliveryOutcome) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      actor.waiting.push({
        actor,
        name,
        happen,
        settle: (fate, result) =>
          fate === 'done' || fate === 'done-but-denied'
            ? resolve(result as T)
            : reject(new Error(`${name} failed on purpose`)),
      });
    });
  }

  function replace(actor: Actor, seen: Delivery | undefined, next: Delivery): boolean {
    const id = deliveryIdOf(next);
    const row = rows.get(id);
    if (row?.version !== seen?.version || row?.state !== seen?.state) return false;
    require(next.version === (seen?.version ?? 0) + 1, `a write did not raise the version by one`);
    require(row?.state !== 'delivered', 'a delivered row was replaced');
    rows.set(id, next);
    if (actor.role === 'worker' && next.attemptCount > (seen?.attemptCount ?? 0)) {
      accountOf(next).counted += 1;
      actor.hasUnwrittenCall = false;
    }
    return true;
  }

  function deliveriesOf(actor: Actor): DeliveryLog {
    return {
      findDelivery: (ref) => call(actor, 'read', () => rows.get(deliveryIdOf(ref))),
      replaceDelivery: async (seen, next) => {
        const replaced = await call(actor, 'write', () => replace(actor, seen, next));
        if (replaced && next.state === 'claimed' && actor.role === 'worker') actor.claim = next;
        return replaced;
      },
      recordDelivered: (delivered) =>
        call(actor, 'write delivered', () => {
          for (const row of delivered) {
            if ('tally' in row) continue;
            accountOf(row).wasOvertaken ||= rows.has(deliveryIdOf(row));
            rows.set(deliveryIdOf(row), row);
            accountOf(row).counted += 1;
            actor.hasUnwrittenCall = false;
          }
          return [];
        }),
      recordAttempt: () => call(actor, 'write attempt', () => undefined),
    };
  }

  function retriesOf(actor: Actor): RetryQueue {
    const sendAll = (all: readonly DelayedMessage[]) =>
      call(actor, 'send', () => {
        for (const { message, delaySeconds } of all) send('retries', JSON.stringify(message), delaySeconds);
        return [];
      }).catch((cause: unknown) => all.map(({ message }) => ({ message, cause })));
    return {
      sendRetries: (all) => (all.length > 0 ? sendAll(all) : Promise.resolve([])),
      sendRetry: (message, delaySeconds) =>
        call(actor, 'send retry', () => send('retries', JSON.stringify(message), delaySeconds)),
    };
  }

  function exhaustedOf(actor: Actor): ExhaustedQueue {
    return {
      sendExhausted: (message) =>
        call(actor, 'send exhausted', () => {
          accountOf(message).letters.add(message.version);
          send('exhausted-deliveries', JSON.stringify(message));
        }),
    };
  }

  function start(role: Actor['role'], act: (actor: Actor) => Promise<unknown>, deliveryId?: string): void {
    const actor: Actor = {
      role,
      deliveryId,
      startedAt: nowMs,
      ended: false,
      crashed: false,
      outlived: false,
      hasUnwrittenCall: false,
      claim: undefined,
      waiting: [],
    };
    actors.push(actor);
    const end = () => {
      actor.ended = true;
      const isInTime = !actor.outlived && !accounts.get(deliveryId ?? '')?.wasOvertaken;
      if (actor.hasUnwrittenCall && actor.claim && isInTime) robbed.push(actor);
    };
    act(actor).then(end, end);
  }

  function startWorker({ id, body, sentAt, receiveCount }: QueuedMessage): void {
    const message = deliveryMessageSchema.parse(JSON.parse(body));
    start(
      'worker',
      async (actor) => {
        const deliveries = deliveriesOf(actor);
        const subscriptions: AttemptDeps['subscriptions'] = {
          findSubscription: (_, subscriptionId) =>
            call(actor, 'read subscription', () =>
              subscription({
                id: subscriptionId,
                secrets: [],
                status: disabled.has(subscriptionId) ? 'disabled' : 'enabled',
              }),
            ),
          replaceSubscription: (_, next) =>
            call(actor, 'disable', () => {
              if (next.status === 'disabled') disabled.add(next.id);
              return true;
            }),
        };
        const attempt = createAttempt({
          subscriptions,
          storedSubscriptions: subscriptions,
          randomBytes: (size) => Buffer.alloc(size),
          accounts: { findAccountStatus: async () => 'active' },
          stageStatus: { isStagePaused: async () => false },
          exhaustedCount: { addExhausted: async () => undefined },
          reserveTurns: (limits) => call(actor, 'reserve turns', () => turnAt(limits)),
          events: { readEventBody: async () => ({ text: '{}', isTest: false }) },
          deliveries,
          retries: retriesOf(actor),
          exhausted: exhaustedOf(actor),
          cipher: { seal: async (text) => text, open: async (text) => text },
          sender: {
            send: () =>
              call(actor, 'call', (outcome) => {
                accountOf(message).calls += 1;
                actor.hasUnwrittenCall = true;
                return outcome;
              }),
          },
          telemetry: recordTelemetry(),
          contendedHosts: { countContenders: () => 0, addContender: async () => undefined },
          names: { resolveName: async () => [] },
          settings: {
            retryScheduleSeconds: scheduleSeconds,
            retryHorizonSeconds: 7 * 86_400,
            queueMarginSeconds: 60,
            callbackTimeoutMs: 15 * second,
            claimLeaseMs,
            accountRatePerSecond: 1,
            hostRatePerSecond: 1,
            maxDeliverers: 2,
            breakerFailures: 5,
            breakerMinSeconds: 60,
            breakerMaxSeconds: 3_600,
            disableAfterSeconds: 5 * 86_400,
            keepDisabledSeconds: 0,
            cacheMs: 5_000,
          },
          userAgent: 'test',
          now,
          random: () => 0.5,
        });
        const delivered = await attempt(
          message,
          { receiveCount, sentAt: new Date(sentAt) },
          { tally: { count: () => undefined }, places: { holdPlace: (_, makeCall) => makeCall() } },
        );
        if (delivered) await deliveries.recordDelivered([delivered]);
        await call(actor, 'acknowledge', () => {
          messages = messages.filter((each) => each.id !== id);
        });
      },
      deliveryIdOf(message),
    );
  }

  function heldMessagesOf(actor: Actor): HeldMessages {
    const release = (id: string) => {
      for (const each of messages) if (String(each.id) === id) each.visibleAt = nowMs;
    };
    return {
      listQueues: async () => [],
      countMessages: async () => ({ visible: 0, hidden: 0 }),
      receive: (queue, hideSeconds) =>
        call(actor, 'receive', () => {
          const taken = messages
            .filter((each) => each.queue === queue && each.visibleAt <= nowMs)
            .slice(0, 10);
          for (const each of taken) each.visibleAt = nowMs + hideSeconds * second;
          return taken.map(({ id, body, sentAt }) => ({
            messageId: String(id),
            body,
            reason: 'gave-up',
            attributes: {},
            sentAt: new Date(sentAt),
            receiveCount: 1,
            receiptHandle: String(id),
          }));
        }),
      release: (_, receipts) =>
        call(actor, 'release', () => {
          for (const { receiptHandle } of receipts) release(receiptHandle);
          return [];
        }),
      remove: (_, { receiptHandle }) =>
        call(actor, 'remove', () => {
          messages = messages.filter(({ id }) => String(id) !== receiptHandle);
        }),
      send: (queue, body) => call(actor, 'send again', () => send(queue as QueueName, body)),
    };
  }

  function crash(actor: Actor): void {
    excuse(actor);
    actor.crashed = true;
    actor.ended = true;
    actor.waiting = [];
  }

  /** Whatever befell this worker, the call that it has made may be made again. */
  function excuse(actor: Actor): void {
    if (actor.hasUnwrittenCall && !actor.outlived) excuseOneCall(actor);
    actor.hasUnwrittenCall = false;
  }

  function excuseOneCall({ deliveryId = '' }: Actor): void {
    const account = accounts.get(deliveryId);
    if (account) account.excused += 1;
  }

  /** Until everybody waits for the outside or has ended. */
  async function untilIdle(): Promise<void> {
    const isBusy = (actor: Actor) => !actor.ended && actor.waiting.length === 0;
    for (let turn = 0; actors.some(isBusy); turn += 1) await (turn < 50 ? undefined : setImmediate());
    actors = actors.filter((actor) => !actor.ended || actor.waiting.length > 0);
    check();
  }

  /** What holds at any time. */
  function check(): void {
    require(robbed.length === 0, 'a worker lost its claim in time');
    for (const [id, { ref, calls, counted, excused, letters }] of accounts) {
      const row = rows.get(id);
      const holders = actors.filter(
        ({ claim, ended }) => !ended && claim && deliveryIdOf(claim) === id && isSame(claim, row),
      );
      require(holders.length <= 1, 'two workers hold a claim that could still be settled');
      require(calls <=
        counted +
          excused +
          actors.filter(({ deliveryId, hasUnwrittenCall }) => hasUnwrittenCall && deliveryId === id)
            .length, 'a call was made that nothing explains');
      require(scheduleOf({ message: ref, claimed: row }).attemptCount <=
        scheduleSeconds.length, 'more attempts than the schedule has');
      require(row?.state !== 'exhausted' ||
        letters.has(row.version), 'exhausted, and no dead letter was sent');
      require(row !== undefined || hasMessage(ref), 'a delivery is lost');
    }
  }

  function hasMessage(ref: DeliveryRef): boolean {
    return messages.some(({ queue, body }) => {
      const message = deliveryMessageSchema.parse(JSON.parse(body));
      return queue !== 'exhausted-deliveries' && message.eventId === ref.eventId && message.version === 0;
    });
  }

  const isWork = ({ queue }: QueuedMessage) => queue === 'deliveries' || queue === 'retries';
  const calls = () => actors.flatMap(({ waiting }) => waiting);
  const visible = () => messages.filter((each) => isWork(each) && each.visibleAt <= nowMs);

  return {
    rows,
    accounts,
    untilIdle,
    get messages(): readonly QueuedMessage[] {
      return messages;
    },
    now: () => nowMs,

    /** Lets one of the calls that wait happen; false if none does. */
    perform(pick: number, outcome: DeliveryOutcome, fate: Fate = 'done'): boolean {
      const pending = pickFrom(calls(), pick);
      if (!pending) return false;
      const { actor } = pending;
      actor.waiting = actor.waiting.filter((each) => each !== pending);
      if (fate === 'failed') {
        excuse(actor);
        pending.settle(fate, undefined);
        return true;
      }
      const result = pending.happen(outcome);
      if (fate === 'done-but-failed') excuse(actor);
      // Only a conditional write can be denied for having been done already.
      pending.settle(fate, fate === 'done-but-denied' && result === true ? false : result);
      return true;
    },

    crash(pick: number): void {
      const actor = pickFrom(actors, pick);
      if (actor) crash(actor);
    },

    /** SQS hands a message to a worker, or moves it to the dead-letter queue after too many receives. */
    receive(pick: number): boolean {
      const message = pickFrom(visible(), pick);
      if (!message) return false;
      message.receiveCount += 1;
      if (message.receiveCount > maxReceives) {
        message.queue = `${message.queue as 'deliveries' | 'retries'}-dlq`;
        return true;
      }
      message.visibleAt = nowMs + visibilityMs;
      startWorker(message);
      return true;
    },

    /** SQS hands out a message a second time while the first is in work, and does not count it. */
    duplicate(pick: number): void {
      const inWork = messages.filter(
        (each) => isWork(each) && each.receiveCount > 0 && each.visibleAt > nowMs,
      );
      const message = pickFrom(inWork, pick);
      if (!message) return;
      const { version, recheck, ...ref } = deliveryMessageSchema.parse(JSON.parse(message.body));
      if (version === 0 && !recheck && message.receiveCount === 1) accountOf(ref).excused += 1;
      startWorker(message);
    },

    /** The dispatcher's own redelivery: it does not know whether its message was sent. */
    dispatchAgain(pick: number): void {
      const account = pickFrom([...accounts.values()], pick);
      if (!account) return;
      account.excused += 1;
      send('deliveries', JSON.stringify(deliveryMessage({ ...account.ref, recheck: true, body: '{}' })));
    },

    sweep(): void {
      start('sweeper', async (actor) => {
        const sweepDue = createDeliverySweep({
          deliveries: deliveriesOf(actor),
          retries: retriesOf(actor),
          telemetry: recordTelemetry(),
          leaseMs: sweepLeaseMs,
          spreadSeconds: 55,
          now,
        })();
        const due = await call(actor, 'list due', () =>
          [...rows.values()].filter((row) => isOpen(row) && row.dueAt <= now().toISOString()),
        );
        await sweepDue(due);
      });
    },

    redrive(queueName: QueueName): void {
      start('operator', (actor) =>
        createRedrive({
          messages: heldMessagesOf(actor),
          deliveries: deliveriesOf(actor),
          events: { keepEvent: async () => true, readEventBody: async () => ({ text: '{}', isTest: false }) },
          now,
        })({
          queueName,
          dryRun: false,
          reason: undefined,
          maxPerSecond: Number.POSITIVE_INFINITY,
          signal: new AbortController().signal,
        }),
      );
    },

    /** Functions that are cut off by their timeout crash; should one go on all the same, its call is explained. */
    pass(seconds: number, outlive: boolean): void {
      nowMs += seconds * second;
      const late = actors.filter(
        ({ role, startedAt }) => role !== 'operator' && nowMs - startedAt > functionTimeoutMs,
      );
      for (const actor of late) {
        if (!outlive) crash(actor);
        else if (!actor.outlived) {
          actor.outlived = true;
          excuseOneCall(actor);
        }
      }
    },

    disable: (pick: number) => disabled.add(`sub_${pick % 2}`),
    enableAll: () => disabled.clear(),
    crowd(pick: number): void {
      crowd = pickFrom(['later', 'full', 'now'] as const, pick) ?? 'now';
    },
    disperse(): void {
      crowd = 'now';
    },
  };
}

function isSame(a: Delivery, b: Delivery | undefined): boolean {
  return a.version === b?.version && a.state === b.state;
}

function pickFrom<T>(all: readonly T[], pick: number): T | undefined {
  return all[pick % all.length];
}

function require(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}
