import type { DisabledReason, Subscription } from './subscription.ts';

/** What deliveries learn about a receiver. Each holds for the subscription with the URL that was called. */
export interface ReceiverNotes {
  disable(subscription: Subscription, reason: DisabledReason, now: Date): Promise<void>;
  /** It has answered 2xx: its address is proven, and refusals before it no longer count. */
  noteSuccess(subscription: Subscription, now: Date): Promise<void>;
  /** Its address is not public; disables it at the third time in a row. */
  noteAddressRefused(subscription: Subscription, now: Date): Promise<void>;
  /** Its calls have begun to take long, or no longer do. */
  noteSpeed(subscription: Subscription, isSlow: boolean, now: Date): Promise<void>;
}
