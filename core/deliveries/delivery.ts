import * as z from 'zod';
import { identifierSchema } from '../identifiers.ts';
import type { DeliveryOutcome } from '../receivers/delivery-outcome.ts';
import type { ExhaustionReason } from './retry-policy.ts';

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
export type ReservedTurn = NonNullable<DeliveryMessage['turn']>;

/** What a row holds in every state. */
interface DeliveryFacts extends DeliveryRef {
  /** Raised by every write; a write happens only on the version that it was decided on. */
  readonly version: number;
  readonly attemptCount: number;
  readonly updatedAt: string;
  /** What the receiver answered to the latest attempt, if it did. */
  readonly responseStatus?: number;
  /** When a fresh schedule began, because somebody asked for it, and the attempts that had been made by then. */
  readonly restarted?: { readonly at: string; readonly attemptCount: number };
  /** If the first attempt delivered it: that attempt. All others are items of their own. */
  readonly firstAttempt?: Attempt;
}

/** The next attempt is planned. */
export interface WaitingDelivery extends DeliveryFacts {
  readonly state: 'waiting';
  /** When the next attempt is planned; queues and limits may make it later. */
  readonly nextAttemptAt: string;
  /** When the sweeper takes the delivery up, if its message has not come by then. */
  readonly dueAt: string;
  /** What was reserved for the next attempt. A claim drops it, so that no two calls use it. */
  readonly turn?: ReservedTurn;
  /** How often the sweeper has taken it up since anybody else wrote. */
  readonly sweepCount?: number;
}

/** Somebody is calling. */
export interface ClaimedDelivery extends DeliveryFacts {
  readonly state: 'claimed';
  /** When the lease ends, and the sweeper takes the delivery up. */
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

/** Nobody takes the callback any more. */
export interface CancelledDelivery extends DeliveryFacts {
  readonly state: 'cancelled';
  readonly reason: CancellationReason;
}

/** What awaits something stands in the due index. */
export type OpenDelivery = WaitingDelivery | ClaimedDelivery;
export type FinalDelivery = DeliveredDelivery | ExhaustedDelivery | CancelledDelivery;

/** The row of a delivery, by its state. A first attempt has none until it was made. */
export type Delivery = OpenDelivery | FinalDelivery;
export type DeliveryState = Delivery['state'];

/** What is worked on: a delivery as its message names it, with its row if it was claimed. First attempts claim nothing. */
export interface DeliveryInWork {
  readonly message: DeliveryMessage;
  readonly claimed: ClaimedDelivery | undefined;
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

/**
 * SQS may hand out a message again that was deleted long before, and count that as its first receive. By this age a first
 * message has normally been received and its result is written (the deliverer's timeout is 45 s by default), so that a read
 * finds it; sooner, most reads would find nothing, and each delivery would pay for one.
 */
const lateFirstMessageMs = 60_000;

/** May a first message, which claims nothing, be one that was worked on before? Then its row, if there is one, says so. */
export function isLateFirst(sentAt: Date, now: Date): boolean {
  return now.getTime() - sentAt.getTime() > lateFirstMessageMs;
}

/** May another call for this delivery have been made? Then it must be claimed before calling. */
export function mustClaim(message: DeliveryMessage, receiveCount: number): boolean {
  return message.version > 0 || message.recheck || receiveCount > 1;
}

/** The message that lets a delivery's row, as it is now, be attempted. */
export function messageFor(row: Delivery): DeliveryMessage {
  const turn = row.state === 'waiting' ? row.turn : undefined;
  return { ...refOf(row), version: row.version, recheck: false, ...(turn ? { turn } : {}) };
}

export function isFinal(row: Delivery): row is FinalDelivery {
  return !isOpen(row);
}

export function isOpen(row: Delivery): row is OpenDelivery {
  return row.state === 'waiting' || row.state === 'claimed';
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
