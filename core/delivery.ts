import * as z from 'zod';
import type { DeliveryOutcome } from './delivery-outcome.ts';
import { identifierSchema } from './identifiers.ts';
import type { ExhaustionReason, RetryDecision } from './retry-policy.ts';

/** One event on its way to one subscription. */
export const deliveryRefSchema = z.object({
  accountId: identifierSchema,
  subscriptionId: identifierSchema,
  eventId: identifierSchema,
  /** For reading only: what was planned is delivered, whatever this version's catalog holds. */
  eventType: z.string().min(1),
  acceptedAt: z.iso.datetime(),
});
export type DeliveryRef = z.infer<typeof deliveryRefSchema>;
export type SubscriptionRef = Pick<DeliveryRef, 'accountId' | 'subscriptionId'>;

/** What the delivery and retry queues carry. */
export const deliveryMessageSchema = deliveryRefSchema.extend({
  /** The row's version when the message was sent; 0 when there was no row yet. The message is void for any other. */
  version: z.int().nonnegative().default(0),
  /** Sent again after a fault of ours: the delivery may have been made already. */
  recheck: z.boolean().default(false),
  /** Only first attempts carry it; later ones read it from the event's row. */
  body: z.string().optional(),
  /** Buckets of the limits at which the delivery has waited for its turn, and when that is. */
  turn: z.object({ at: z.iso.datetime(), passed: z.array(z.string()) }).optional(),
});
export type DeliveryMessage = z.infer<typeof deliveryMessageSchema>;

/**
 * waiting: the next attempt is due at `dueAt`. claimed: somebody is calling; `dueAt` is when the lease ends.
 * delivered, exhausted (no attempt left, or none can help) and cancelled (the subscription went away) are final.
 */
export type DeliveryState = 'waiting' | 'claimed' | 'delivered' | 'exhausted' | 'cancelled';

export interface Delivery extends DeliveryRef {
  readonly state: DeliveryState;
  /** Raised by every write; a write happens only on the version that it was decided on. */
  readonly version: number;
  readonly attemptCount: number;
  readonly updatedAt: string;
  /** Exactly in the states waiting and claimed: when the sweeper takes the delivery up. */
  readonly dueAt?: string;
  /** In the state waiting: when the next attempt is planned; queues and limits may make it later. */
  readonly nextAttemptAt?: string;
  readonly reason?: ExhaustionReason | CancellationReason;
  /** What the receiver answered to the latest attempt, if it did. */
  readonly responseStatus?: number;
  /** When a fresh schedule began, because somebody asked for it, and the attempts that had been made by then. */
  readonly restarted?: { readonly at: string; readonly attemptCount: number };
  /** Of a delivery that its first attempt delivered; other attempts are items of their own. */
  readonly firstAttempt?: Attempt;
}

/** Why a delivery ends without another attempt: nobody takes its callback any more. */
export const cancellationReasons = [
  'subscription-disabled',
  'subscription-pending',
  'subscription-deleted',
  'account-suspended',
] as const;
export type CancellationReason = (typeof cancellationReasons)[number];

/** One call to a receiver. Never changed once written. */
export interface Attempt {
  /** ISO 8601 with milliseconds. */
  readonly startedAt: string;
  readonly outcome: DeliveryOutcome;
  readonly sent: SentRequest;
}

/** Of a call what the event, the time and constants do not tell. */
export interface SentRequest {
  /** Scheme, host and port: the path is often a credential, and stands in the subscription alone. */
  readonly origin: string;
  readonly userAgent: string;
  /** Names only: the values are secret. */
  readonly customHeaders: readonly string[];
}

/** The identifier that the API shows: it holds the delivery's key, so that no index is needed to find it. */
export function deliveryIdOf(ref: DeliveryRef): string {
  const key = [ref.subscriptionId, ref.acceptedAt, ref.eventId].join(' ');
  return `dlv_${Buffer.from(key).toString('base64url')}`;
}

/** Which delivery the API's identifier names; undefined for what is none. */
export function parseDeliveryId(
  id: string,
): Pick<DeliveryRef, 'subscriptionId' | 'acceptedAt' | 'eventId'> | undefined {
  const [, encoded = ''] = /^dlv_([A-Za-z0-9_-]{1,300})$/.exec(id) ?? [];
  const [subscriptionId, acceptedAt, eventId, ...rest] = Buffer.from(encoded, 'base64url')
    .toString()
    .split(' ');
  const named = deliveryRefSchema
    .pick({ subscriptionId: true, acceptedAt: true, eventId: true })
    .safeParse({ subscriptionId, acceptedAt, eventId });
  return named.success && rest.length === 0 ? named.data : undefined;
}

/** May another call for this delivery have been made? Then it must be claimed before calling. */
export function mustClaim(message: DeliveryMessage, receiveCount: number): boolean {
  return message.version > 0 || message.recheck || receiveCount > 1;
}

/** Takes a delivery for one attempt. Undefined: it is final, or the message is void, and nobody must call for it. */
export function claim(
  row: Delivery | undefined,
  message: DeliveryMessage,
  now: Date,
  leaseMs: number,
): Delivery | undefined {
  if (row && isFinal(row)) return undefined;
  if ((row?.version ?? 0) !== message.version) return undefined;
  return { ...nextRow(row, message, now), state: 'claimed', dueAt: after(now, leaseMs) };
}

/** The row after an attempt, from the row that was claimed (or none, for a first attempt that needed no claim). */
export function settle(
  claimed: Delivery | undefined,
  ref: DeliveryRef,
  attempt: Attempt,
  decision: RetryDecision,
  now: Date,
): Delivery {
  const { responseStatus: _, ...unanswered } = nextRow(claimed, ref, now);
  const { status } = attempt.outcome;
  const next = {
    ...unanswered,
    attemptCount: unanswered.attemptCount + 1,
    ...(status === undefined ? {} : { responseStatus: status }),
  };
  switch (decision.kind) {
    case 'delivered':
      return { ...next, state: 'delivered', ...(claimed ? {} : { firstAttempt: shortened(attempt) }) };
    case 'exhausted':
      return { ...next, state: 'exhausted', reason: decision.reason };
    case 'retry':
      return {
        ...next,
        state: 'waiting',
        nextAttemptAt: after(now, decision.delaySeconds * 1000),
        dueAt: after(now, decision.dueInSeconds * 1000),
      };
    default:
      return decision satisfies never;
  }
}

/** The row of a delivery whose subscription no longer takes callbacks; no attempt is made or counted. */
export function cancel(
  row: Delivery | undefined,
  ref: DeliveryRef,
  reason: CancellationReason,
  now: Date,
): Delivery {
  return endUnattempted(row, ref, { state: 'cancelled', reason }, now);
}

/** The row of a delivery whose horizon has passed before an attempt could be made. */
export function expire(row: Delivery | undefined, ref: DeliveryRef, now: Date): Delivery {
  return endUnattempted(row, ref, { state: 'exhausted', reason: 'expired' }, now);
}

function endUnattempted(
  row: Delivery | undefined,
  ref: DeliveryRef,
  end: Required<Pick<Delivery, 'state' | 'reason'>>,
  now: Date,
): Delivery {
  return { ...nextRow(row, ref, now), ...end };
}

export interface WaitTimes {
  /** Until the attempt is planned. */
  readonly waitMs: number;
  /** Until the sweeper takes the delivery up if its message has not. */
  readonly dueInMs: number;
}

/** The row of a delivery whose turn comes later; no attempt is made or counted. */
export function postpone(
  row: Delivery | undefined,
  ref: DeliveryRef,
  { waitMs, dueInMs }: WaitTimes,
  now: Date,
): Delivery {
  return {
    ...nextRow(row, ref, now),
    state: 'waiting',
    nextAttemptAt: after(now, waitMs),
    dueAt: after(now, dueInMs),
  };
}

/**
 * The limits, by their buckets, that a message need not ask any more. A turn holds for as long as the message does: were
 * it lost to a queue that is late, its delivery would wait for ever new ones.
 */
export function passedBuckets({ turn }: DeliveryMessage, now: Date, validMs: number): readonly string[] {
  return turn && now.getTime() - new Date(turn.at).getTime() <= validMs ? turn.passed : [];
}

/**
 * The sweeper's step: postpones a row that is due and makes every earlier message for it void. The state stays, so
 * that whoever claimed it and lost its lease cannot write a result any more.
 */
export function takeUp(row: Delivery, now: Date, leaseMs: number): Delivery | undefined {
  if (row.dueAt === undefined || new Date(row.dueAt) > now) return undefined;
  return {
    ...row,
    version: row.version + 1,
    updatedAt: now.toISOString(),
    nextAttemptAt: now.toISOString(),
    dueAt: after(now, leaseMs),
  };
}

/** The operator's step: a delivery that had no attempt left gets a fresh schedule. */
export function revive(row: Delivery, now: Date, leaseMs: number): Delivery | undefined {
  return row.state === 'exhausted' ? restart(row, { waitMs: 0, dueInMs: leaseMs }, now) : undefined;
}

/** The owner's step: whatever became of it or is to come, a fresh schedule. Undefined while somebody is calling. */
export function resend(row: Delivery, times: WaitTimes, now: Date): Delivery | undefined {
  return row.state === 'claimed' ? undefined : restart(row, times, now);
}

/**
 * The message that goes with the row carries the schedule's first attempt; should it be lost, the sweeper takes the
 * delivery up after the lease.
 */
function restart(row: Delivery, { waitMs, dueInMs }: WaitTimes, now: Date): Delivery {
  const next = nextRow(row, row, now);
  return {
    ...next,
    state: 'waiting',
    restarted: { at: next.updatedAt, attemptCount: row.attemptCount },
    nextAttemptAt: after(now, waitMs),
    dueAt: after(now, dueInMs),
  };
}

/** Where a delivery's schedule begins: with the event, or when somebody asked for a fresh one. */
export function scheduleOf(row: Delivery | undefined, { acceptedAt }: DeliveryRef) {
  const { at = acceptedAt, attemptCount: before = 0 } = row?.restarted ?? {};
  return { begunAt: at, attemptCount: (row?.attemptCount ?? 0) - before };
}

/** The message that lets a delivery's row, as it is now, be attempted. */
export function messageFor(row: Delivery): DeliveryMessage {
  return { ...refOf(row), version: row.version, recheck: false };
}

export function isFinal(row: Delivery): boolean {
  return row.dueAt === undefined;
}

export function refOf({
  accountId,
  subscriptionId,
  eventId,
  eventType,
  acceptedAt,
}: DeliveryRef): DeliveryRef {
  return { accountId, subscriptionId, eventId, eventType, acceptedAt };
}

/** What every step keeps of the row before it, if there was one. */
function nextRow(row: Delivery | undefined, ref: DeliveryRef, now: Date) {
  const { attemptCount = 0, version = 0, responseStatus, restarted, firstAttempt } = row ?? {};
  return {
    ...refOf(ref),
    version: version + 1,
    attemptCount,
    updatedAt: now.toISOString(),
    ...(responseStatus === undefined ? {} : { responseStatus }),
    ...(restarted ? { restarted } : {}),
    ...(firstAttempt ? { firstAttempt } : {}),
  };
}

/** What a receiver says to a success is hardly ever read, and beyond 1 KB each row would cost a second write unit. */
function shortened({ outcome, ...others }: Attempt): Attempt {
  const responseExcerpt = outcome.responseExcerpt?.slice(0, 256);
  return { ...others, outcome: responseExcerpt ? { ...outcome, responseExcerpt } : outcome };
}

function after(now: Date, ms: number): string {
  return new Date(now.getTime() + ms).toISOString();
}
