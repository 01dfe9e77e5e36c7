import type { Subscription } from '../../core/subscriptions/subscription.ts';

/** What is planned for a subscription: its next state, and what to do once that is written. */
export interface Planned {
  readonly subscription: Subscription;
  readonly work: () => Promise<void>;
}

/** Nothing is left to do. */
export function idle(subscription: Subscription): Planned {
  return { subscription, work: async () => undefined };
}
