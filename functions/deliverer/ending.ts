import type { Attempt, CancellationReason, ReservedTurn } from '../../core/deliveries/delivery.ts';
import type { WaitTimes } from '../../core/deliveries/delivery-steps.ts';
import type { RetryDecision } from '../../core/deliveries/retry-policy.ts';
import type { LimitName } from '../../core/rate-limit.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';

/** How an attempt ends. */
export type Ending =
  /** The delivery has ended, or another message has taken over: nobody may call for this one. */
  | { readonly kind: 'void' }
  /** Nobody takes the callback any more. */
  | { readonly kind: 'cancelled'; readonly reason: CancellationReason }
  /** Its time is over, or its event's: nothing could ever be sent. */
  | { readonly kind: 'expired' }
  /** A limit has no room for the call now. */
  | Postponed
  /** Its receiver is slow: it goes to the retry queue, which has consumers of its own. */
  | { readonly kind: 'deferred' }
  /** The call was made. */
  | Settled;

export interface Postponed {
  readonly kind: 'postponed';
  readonly limit: LimitName;
  readonly times: WaitTimes;
  readonly turn: ReservedTurn | undefined;
  /** Whether a message carries the next attempt; otherwise the due index alone does. */
  readonly byQueue: boolean;
}

export interface Settled {
  readonly kind: 'settled';
  /** As it was called. */
  readonly subscription: Subscription;
  readonly attempt: Attempt;
  readonly decision: RetryDecision;
  /** Of all attempts, this one included. */
  readonly attemptCount: number;
  readonly settledAt: Date;
}

/** Has the gate named an ending instead of letting through? Nothing that passes a gate has a `kind`. */
export function isEnding(passed: object | undefined): passed is Ending {
  return passed !== undefined && 'kind' in passed;
}
