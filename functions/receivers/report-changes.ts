import { textOf } from '../../contract/sentences.ts';
import { healthOf } from '../../contract/subscription-health.ts';
import { changesBetween, type SubscriptionChange } from '../../core/subscriptions/changes.ts';
import { hostOf, type Subscription } from '../../core/subscriptions/subscription.ts';
import type { MetricName, Telemetry } from '../../core/telemetry.ts';

const metricOf: Partial<Record<SubscriptionChange, MetricName>> = {
  'breaker-opened': 'BreakersOpened',
  'breaker-reopened': 'BreakersReopened',
  'breaker-closed': 'BreakersClosed',
  throttled: 'SubscriptionsThrottled',
  paused: 'SubscriptionsPaused',
  resumed: 'SubscriptionsResumed',
  disabled: 'SubscriptionsDisabled',
};

/** Logs and counts what has happened to a subscription, in the words in which the API tells how it does. */
export function reportChanges(telemetry: Telemetry, seen: Subscription, next: Subscription): void {
  for (const change of changesBetween(seen, next)) {
    const { accountId, id: subscriptionId } = next;
    const health = textOf(healthOf(next).sentences);
    telemetry.info('subscription.changed', { accountId, subscriptionId, host: hostOf(next), change, health });
    const metric = metricOf[change];
    if (metric) telemetry.count(metric);
  }
}
