import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import { type Refusal, refuse } from '../http/refusal.ts';

export function isEnabled(subscription: Subscription | undefined): subscription is Subscription {
  return subscription?.status === 'enabled';
}

const remedies = {
  enabled: '',
  disabled: ' Enable it with PATCH /subscriptions/{id}, then ask again.',
  pending: ' Ask its receiver for consent with POST /subscriptions/{id}/verify, then ask again.',
  deleted: '',
};

export function refuseNotEnabled(subscription: Subscription | undefined): Refusal {
  const status = subscription?.status ?? 'deleted';
  const detail = `The subscription is ${status}: it takes no callbacks.${remedies[status]}`;
  return refuse('subscription-not-enabled', detail);
}
