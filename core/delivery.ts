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
  readonly reason?: ExhaustionReason | CancellationReason;
  /** Of a delivery that its first attempt delivered; other attempts are items of their own. */
  readonly firstAttempt?: Attempt;
}

/** Why a delivery ends without another attempt: nobody takes its callback any more. */
export type CancellationReason =
  | 'subscription-disabled'
  | 'subscription-pending'
  | 'subscription-deleted'
  | 'account-suspended';

/** One call to a receiver. Never changed once written. */
export interface Attempt {
  /** ISO 8601 with milliseconds. */
  readonly startedAt: string;
  readonly outcome: DeliveryOutcome;
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
  return {
    ...refOf(message),
    attemptCount: row?.attemptCount ?? 0,
    state: 'claimed',
    version: message.version + 1,
    updatedAt: now.toISOString(),
    dueAt: after(now, leaseMs),
  };
}

/** The row after an attempt, from the row that was claimed (or none, for a first attempt that needed no claim). */
export function settle(
  claimed: Delivery | undefined,
  ref: DeliveryRef,
  attempt: Attempt,
  decision: RetryDecision,
  now: Date,
): Delivery {
  const next = {
    ...refOf(ref),
    version: (claimed?.version ?? 0) + 1,
    attemptCount: (claimed?.attemptCount ?? 0) + 1,
    updatedAt: now.toISOString(),
  };
  switch (decision.kind) {
    case 'delivered':
      return { ...next, state: 'delivered', ...(claimed ? {} : { firstAttempt: shortened(attempt) }) };
    case 'exhausted':
      return { ...next, state: 'exhausted', reason: decision.reason };
    case 'retry':
      return { ...next, state: 'waiting', dueAt: after(now, decision.dueInSeconds * 1000) };
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
  return {
    ...refOf(ref),
    ...end,
    version: (row?.version ?? 0) + 1,
    attemptCount: row?.attemptCount ?? 0,
    updatedAt: now.toISOString(),
  };
}

/** The row of a delivery whose turn comes later; no attempt is made or counted. */
export function postpone(row: Delivery | undefined, ref: DeliveryRef, dueInMs: number, now: Date): Delivery {
  return {
    ...refOf(ref),
    state: 'waiting',
    version: (row?.version ?? 0) + 1,
    attemptCount: row?.attemptCount ?? 0,
    updatedAt: now.toISOString(),
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
  return { ...row, version: row.version + 1, updatedAt: now.toISOString(), dueAt: after(now, leaseMs) };
}

/**
 * The operator's step: a delivery that had no attempt left gets a fresh schedule. The message that goes with it carries
 * the first attempt; should it be lost, the sweeper takes the delivery up after the lease.
 */
export function revive(row: Delivery, now: Date, leaseMs: number): Delivery | undefined {
  if (row.state !== 'exhausted') return undefined;
  return {
    ...refOf(row),
    state: 'waiting',
    version: row.version + 1,
    attemptCount: 0,
    updatedAt: now.toISOString(),
    dueAt: after(now, leaseMs),
  };
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

/** What a receiver says to a success is hardly ever read, and beyond 1 KB each row would cost a second write unit. */
function shortened({ startedAt, outcome }: Attempt): Attempt {
  const responseExcerpt = outcome.responseExcerpt?.slice(0, 256);
  return { startedAt, outcome: responseExcerpt ? { ...outcome, responseExcerpt } : outcome };
}

function after(now: Date, ms: number): string {
  return new Date(now.getTime() + ms).toISOString();
}
