import { setTimeout } from 'node:timers/promises';
import type { HeldMessage, HeldMessages } from '../adapters/sqs-held-messages.ts';
import { type DeliveryMessage, deliveryMessageSchema, isFinal } from '../core/deliveries/delivery.ts';
import type { DeliveryLog } from '../core/deliveries/delivery-log.ts';
import { revive } from '../core/deliveries/delivery-steps.ts';
import type { EventLog } from '../core/deliveries/event-log.ts';
import { resendDelivery } from '../core/deliveries/resend-delivery.ts';
import { isOfOtherSource } from '../core/events/event-source.ts';
import { parsePublishedEvent } from '../core/events/published-event.ts';

/** What became of one held message. */
export type RedriveResult =
  | 'redriven'
  /** The delivery has moved on since: there was nothing left to do. */
  | 'obsolete'
  /** Its event is no longer stored: there is nothing left to send. */
  | 'too-old'
  /** Its delivery is in work, or it would only come back: not an event of the catalog, not a message of ours. */
  | 'kept';

export interface RedriveReport {
  /** How many messages there were, by reason. */
  readonly found: ReadonlyMap<string, number>;
  /** Empty after a dry run. */
  readonly results: ReadonlyMap<RedriveResult, number>;
}

/** The same while it grows. */
interface Report {
  readonly found: Map<string, number>;
  readonly results: Map<RedriveResult, number>;
}

export interface RedriveOptions {
  /** Without the stage's prefix, such as `exhausted-deliveries` or `unrouted`. */
  readonly queueName: string;
  readonly dryRun: boolean;
  /** Only messages with this reason. */
  readonly reason: string | undefined;
  readonly maxPerSecond: number;
  readonly signal: AbortSignal;
}

export interface RedriveDeps {
  readonly messages: HeldMessages;
  readonly deliveries: DeliveryLog;
  readonly events: Pick<EventLog, 'keepEvent'>;
  readonly now: () => Date;
}

/** How soon the sweeper takes up a delivery whose message was lost on the way to the retry queue. */
const reviveLeaseMs = 60_000;

/** Messages that a run does not take are hidden from it this long; a run that is killed leaves them hidden as long. */
const hideSeconds = 900;

/**
 * Sends the messages of a queue that nothing drains back to where they came from. Each is deleted only after that, and
 * all that follows recognizes what it has seen: a run may be stopped, killed and repeated at any time.
 */
export function createRedrive(deps: RedriveDeps) {
  const { messages, now } = deps;

  return async function redrive(options: RedriveOptions): Promise<RedriveReport> {
    const { queueName, dryRun, maxPerSecond, signal } = options;
    const startedAt = now();
    const report: Report = { found: new Map(), results: new Map() };
    const held = new Set<HeldMessage>();
    try {
      while (!signal.aborted) {
        const batch = await messages.receive(queueName, hideSeconds);
        if (batch.length === 0) break;
        const pace = setTimeout(dryRun ? 0 : (batch.length / maxPerSecond) * 1_000);
        for (const message of batch) held.add(message);
        for (const message of batch) {
          if (await take(message, options, startedAt, report)) held.delete(message);
        }
        await pace;
      }
    } finally {
      // One that cannot be released, because another has it by now, must not keep the others hidden.
      await Promise.allSettled([...held].map((message) => messages.release(queueName, message)));
    }
    return report;
  };

  /** True if the message is gone: sent back, or no longer needed. */
  async function take(
    message: HeldMessage,
    options: RedriveOptions,
    startedAt: Date,
    report: Report,
  ): Promise<boolean> {
    if (!isWanted(message, options, startedAt)) return false;
    count(report.found, message.reason);
    if (options.dryRun || options.signal.aborted) return false;
    const result = await sendBack(deps, options.queueName, message.body);
    count(report.results, result);
    if (result === 'kept' || result === 'too-old') return false;
    await messages.remove(options.queueName, message);
    return true;
  }
}

/** What came in since the start may be what this run sent out: it must not go round in circles. */
function isWanted({ sentAt, reason }: HeldMessage, options: RedriveOptions, startedAt: Date): boolean {
  return sentAt <= startedAt && (options.reason === undefined || options.reason === reason);
}

function sendBack(deps: RedriveDeps, queueName: string, body: string): Promise<RedriveResult> {
  if (queueName === 'exhausted-deliveries') return reviveDelivery(deps, body);
  if (queueName === 'deliveries-dlq' || queueName === 'retries-dlq') {
    return repeatDelivery(deps, queueName.replace(/-dlq$/, ''), body);
  }
  return repeatEvent(deps, body);
}

/** A delivery that had no attempt left gets a fresh schedule. */
async function reviveDelivery(
  { messages, deliveries, events, now }: RedriveDeps,
  body: string,
): Promise<RedriveResult> {
  const message = deliveryMessageSchema.safeParse(parseJson(body));
  if (!message.success) return 'kept';
  const row = await deliveries.findDelivery(message.data);
  const next = row && revive(row, now(), reviveLeaseMs);
  // The message is sent before the row reaches its version: until then it may still be needed.
  if (!row || !next)
    return row && (isFinal(row) || row.version >= message.data.version) ? 'obsolete' : 'kept';
  const send = (one: DeliveryMessage) => messages.send('retries', JSON.stringify(one), one.subscriptionId);
  const result = await resendDelivery({ events, deliveries, send }, row, next, now());
  return result === 'sent' ? 'redriven' : result === 'overtaken' ? 'obsolete' : result;
}

/** We failed to process it: whether its call was made, the claim finds out. */
async function repeatDelivery(
  { messages }: RedriveDeps,
  queueName: string,
  body: string,
): Promise<RedriveResult> {
  const message = deliveryMessageSchema.safeParse(parseJson(body));
  if (!message.success) return 'kept';
  await messages.send(
    queueName,
    JSON.stringify({ ...message.data, recheck: true }),
    message.data.subscriptionId,
  );
  return 'redriven';
}

/**
 * An event goes to the queue of its type as EventBridge sent it: its row says whether it was dispatched already. One
 * of another source stays, because no rule would have let it in.
 */
async function repeatEvent({ messages, now }: RedriveDeps, body: string): Promise<RedriveResult> {
  const parsed = parsePublishedEvent(body, now());
  if ('rejection' in parsed || isOfOtherSource(body)) return 'kept';
  const { type, accountId } = parsed.event;
  await messages.send(type.replaceAll('.', '-'), body, accountId);
  return 'redriven';
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
