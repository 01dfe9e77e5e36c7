import type { Attempt, CancellationReason, ReservedTurn } from '../../core/deliveries/delivery.ts';
import type { WaitTimes } from '../../core/deliveries/delivery-facts.ts';
import type { RetryDecision } from '../../core/deliveries/retry-policy.ts';
import type { LimitName } from '../../core/rate-limit.ts';
import type { ParkReason } from '../../core/subscriptions/parking.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { VerificationResult } from '../../core/subscriptions/verification.ts';

/** How an attempt ends. */
export type Ending =
  /** The delivery has ended or another message has taken over. This message must not lead to a call. */
  | { readonly kind: 'void' }
  /** The subscription no longer accepts the callback. */
  | { readonly kind: 'cancelled'; readonly reason: CancellationReason }
  /** The horizon of the delivery has passed, or its event is no longer stored. Nothing can be sent any more. */
  | { readonly kind: 'expired' }
  /** The subscription, an operator or the subscription's own limit holds the delivery back. */
  | Parked
  /** A limit has no room for the call now. */
  | Postponed
  /** The receiver is slow, or its account has no place left. The delivery goes to the retry queue, which has consumers of its own. */
  | Deferred
  /** The call was made. */
  | Settled
  /** A receiver was asked for its consent. */
  | Answered;

export interface Parked {
  readonly kind: 'parked';
  readonly reason: ParkReason;
}

export interface Deferred {
  readonly kind: 'deferred';
  readonly delaySeconds: number;
}

export interface Postponed {
  readonly kind: 'postponed';
  /** What has no room: a rate, or the account's places. Or an operator holds it back. */
  readonly limit: LimitName | 'places' | 'operator';
  readonly times: WaitTimes;
  readonly turn: ReservedTurn | undefined;
  /** True if a message carries the next attempt. Otherwise only the due index holds it. */
  readonly byQueue: boolean;
}

export interface Settled {
  readonly kind: 'settled';
  /** The subscription as it was called. */
  readonly subscription: Subscription;
  readonly attempt: Attempt;
  readonly decision: RetryDecision;
  /** Takes the place of `decision` if the subscription's URL is no longer the one that was called. */
  readonly decisionIfMoved: RetryDecision;
  /** All attempts so far, including this one. */
  readonly attemptCount: number;
  readonly settledAt: Date;
}

export interface Answered {
  readonly kind: 'answered';
  readonly subscription: Subscription;
  readonly result: VerificationResult;
  /** Absent if it was too late to call. */
  readonly attempt?: Attempt;
}

/** True if the gate named an ending. Nothing else that a gate returns has a `kind`. */
export function isEnding(passed: object | undefined): passed is Ending {
  return passed !== undefined && 'kind' in passed;
}
