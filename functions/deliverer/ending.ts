import type { Attempt, CancellationReason, ReservedTurn } from '../../core/deliveries/delivery.ts';
import type { WaitTimes } from '../../core/deliveries/delivery-steps.ts';
import type { RetryDecision } from '../../core/deliveries/retry-policy.ts';
import type { LimitName } from '../../core/rate-limit.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';

/** How an attempt ends. */
export type Ending =
  /** The delivery has ended or another message has taken over. This message must not lead to a call. */
  | { readonly kind: 'void' }
  /** The subscription no longer accepts the callback. */
  | { readonly kind: 'cancelled'; readonly reason: CancellationReason }
  /** The horizon of the delivery has passed, or its event is no longer stored. Nothing can be sent any more. */
  | { readonly kind: 'expired' }
  /** A limit has no room for the call now. */
  | Postponed
  /** The receiver is slow. The delivery goes to the retry queue, which has consumers of its own. */
  | { readonly kind: 'deferred' }
  /** The call was made. */
  | Settled;

export interface Postponed {
  readonly kind: 'postponed';
  readonly limit: LimitName;
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
  /** All attempts so far, including this one. */
  readonly attemptCount: number;
  readonly settledAt: Date;
}

/** True if the gate named an ending. Nothing else that a gate returns has a `kind`. */
export function isEnding(passed: object | undefined): passed is Ending {
  return passed !== undefined && 'kind' in passed;
}
