import * as z from 'zod';
import { identifierSchema } from '../identifiers.ts';
import type { LimitName } from '../rate-limit.ts';
import type { DeliveryOutcome } from '../receivers/delivery-outcome.ts';
import type { ParkReason } from '../subscriptions/parking.ts';
import type { ExhaustionReason } from './retry-policy.ts';

/** One event on its way to one subscription. */
export const deliveryRefSchema = z.object({
  accountId: identifierSchema,
  subscriptionId: identifierSchema,
  eventId: identifierSchema,
  /** Any text, because a planned delivery is delivered even if this version's catalog lacks its type. */
  eventType: z.string().min(1),
  acceptedAt: z.iso.datetime(),
});
export type DeliveryRef = z.infer<typeof deliveryRefSchema>;
export type SubscriptionRef = Pick<DeliveryRef, 'accountId' | 'subscriptionId'>;

/** The messages of the delivery queue and the retry queue. */
export const deliveryMessageSchema = deliveryRefSchema.extend({
  /**
   * The row's version when the message was sent, or 0 if there was no row. The message is void for any other version.
   */
  version: z.int().nonnegative().default(0),
  /** True if the message was sent again after a fault of ours. The call may have been made already. */
  recheck: z.boolean().default(false),
  /** Only small first attempts carry the body. All others read it from the event's row. */
  body: z.string().optional(),
  /** The time of the reserved turn, and the buckets of the limits at which it was reserved. */
  turn: z.object({ at: z.iso.datetime(), passed: z.array(z.string()) }).optional(),
  /** Names the probe of a receiver that this call is. */
  probe: z.string().optional(),
  /** See `DeliveryFacts`. */
  isTest: z.literal(true).optional(),
});
export type DeliveryMessage = z.infer<typeof deliveryMessageSchema>;
export type ReservedTurn = NonNullable<DeliveryMessage['turn']>;

/** What a row holds in every state. */
interface DeliveryFacts extends DeliveryRef {
  /** Every write raises it. A write succeeds only if the version is still the one that was read. */
  readonly version: number;
  readonly attemptCount: number;
  readonly updatedAt: string;
  /** The status of the receiver's answer to the latest attempt. Absent if there was no answer. */
  readonly responseStatus?: number;
  /** When somebody asked for a fresh schedule, and how many attempts had been made by then. */
  readonly restarted?: { readonly at: string; readonly attemptCount: number };
  /** The first attempt, if it succeeded. All other attempts are items of their own. */
  readonly firstAttempt?: Attempt;
  /** How many of the attempts were probes that the schedule does not count. */
  readonly probeCount?: number;
  /** How long it was kept back because somebody wanted so. Its horizon and its schedule begin so much later. */
  readonly pausedMs?: number;
  /** Present if its owner wants to see what the receiver answers now, whatever holds other deliveries back. */
  readonly isTest?: true;
}

/** The next attempt is planned. */
export interface WaitingDelivery extends DeliveryFacts {
  readonly state: 'waiting';
  /** When the next attempt is planned. Queues and limits may delay it. */
  readonly nextAttemptAt: string;
  /** When the sweeper takes over, if the message has not come by then. */
  readonly dueAt: string;
  /** The turn that is reserved for the next attempt. A claim drops it, so no two calls use it. */
  readonly turn?: ReservedTurn;
  /** What it waits for, if a limit has postponed it. The next step drops it. */
  readonly limit?: LimitName | 'places' | 'operator';
  /** How many sweeps in a row have written this row. */
  readonly sweepCount?: number;
}

/** A deliverer is calling the receiver. */
export interface ClaimedDelivery extends DeliveryFacts {
  readonly state: 'claimed';
  /** When the lease ends and the sweeper takes over. */
  readonly dueAt: string;
}

/** No attempt is planned: the subscription says when it goes on. */
export interface ParkedDelivery extends DeliveryFacts {
  readonly state: 'parked';
  readonly reason: ParkReason;
  readonly parkedAt: string;
  /** The end of its horizon, at which the sweeper ends it if nothing has released it. */
  readonly dueAt: string;
}

export interface DeliveredDelivery extends DeliveryFacts {
  readonly state: 'delivered';
}

/** No attempt is left, or none could help. */
export interface ExhaustedDelivery extends DeliveryFacts {
  readonly state: 'exhausted';
  readonly reason: ExhaustionReason;
}

/** The subscription no longer accepts the callback. */
export interface CancelledDelivery extends DeliveryFacts {
  readonly state: 'cancelled';
  readonly reason: CancellationReason;
}

/** Open deliveries are in the due index. */
export type OpenDelivery = WaitingDelivery | ClaimedDelivery | ParkedDelivery;
export type FinalDelivery = DeliveredDelivery | ExhaustedDelivery | CancelledDelivery;

/** The row of a delivery, by state. There is no row before the first attempt. */
export type Delivery = OpenDelivery | FinalDelivery;
export type DeliveryState = Delivery['state'];

/** A delivery in work: its message, and its row if it was claimed. First attempts claim nothing. */
export interface DeliveryInWork {
  readonly message: DeliveryMessage;
  readonly claimed: ClaimedDelivery | undefined;
}

/** The number of the attempt that is being made, from 1. After a crash, two calls may have the same one. */
export function attemptNumberOf({ claimed }: DeliveryInWork): number {
  return (claimed?.attemptCount ?? 0) + 1;
}

/** Why a delivery ends without another attempt. In each case nobody waits for its callback any more. */
export const cancellationReasons = [
  'subscription-disabled',
  'subscription-pending',
  'subscription-deleted',
  'account-suspended',
  /** Of a verification: the receiver was asked anew, or the URL has changed. */
  'question-withdrawn',
  /** Its owner did not want what was parked. */
  'discarded',
] as const;
export type CancellationReason = (typeof cancellationReasons)[number];

/** One call to a receiver. It is never changed once written. */
export interface Attempt {
  /** ISO 8601 with milliseconds. */
  readonly startedAt: string;
  readonly outcome: DeliveryOutcome;
  readonly sent: SentRequest;
}

/** The parts of a request that do not follow from the event, the time or constants. */
export interface SentRequest {
  /** Scheme, host and port only. The path is often a credential and is stored in the subscription alone. */
  readonly origin: string;
  readonly userAgent: string;
  /** Names only. The values are secret. */
  readonly customHeaders: readonly string[];
  /** The number of the attempt, from 1. Absent if an earlier version of this code made it. */
  readonly attempt?: number;
  /** Present if the callback said that it was a test. */
  readonly isTest?: true;
  /** Present if its owner asked for it: somebody waits for the answer, so more of it is kept. */
  readonly isAskedFor?: true;
}

/** The identifier that the API shows. It contains the delivery's key, so finding the delivery needs no index. */
export function deliveryIdOf(ref: DeliveryRef): string {
  const key = [ref.subscriptionId, ref.acceptedAt, ref.eventId].join(' ');
  return `dlv_${Buffer.from(key).toString('base64url')}`;
}

/** Reads the API's identifier. Returns undefined for text that is not one. */
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

/**
 * SQS may hand out a message long after it was deleted, and count that as its first receive. A first message of this
 * age has normally been received and its result written (the deliverer's timeout is 45 s by default), so reading the
 * row finds it. Checking younger messages would cost every delivery a read that mostly finds nothing.
 */
const lateFirstMessageMs = 60_000;

/** True if a first message, which claims nothing, may have been processed before. If so, its row says it. */
export function isLateFirst(sentAt: Date, now: Date): boolean {
  return now.getTime() - sentAt.getTime() > lateFirstMessageMs;
}

/** True if another call for this delivery may have been made. Then it must be claimed before the call. */
export function mustClaim(message: DeliveryMessage, receiveCount: number): boolean {
  return message.version > 0 || message.recheck || receiveCount > 1;
}

/** The message that allows an attempt at this version of the row. */
export function messageFor(row: Delivery): DeliveryMessage {
  const turn = row.state === 'waiting' ? row.turn : undefined;
  const { version, isTest } = row;
  return {
    ...refOf(row),
    version,
    recheck: false,
    ...(turn ? { turn } : {}),
    ...(isTest ? { isTest } : {}),
  };
}

export function isFinal(row: Delivery): row is FinalDelivery {
  return !isOpen(row);
}

export function isOpen(row: Delivery): row is OpenDelivery {
  return row.state === 'waiting' || row.state === 'claimed' || row.state === 'parked';
}

export function isParked(row: Delivery | undefined): row is ParkedDelivery {
  return row?.state === 'parked';
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
