import { type DeliveredDelivery, type DeliveryMessage, refOf } from '../../core/deliveries/delivery.ts';
import type { StatisticsPart } from '../../core/deliveries/statistics-log.ts';
import { hostOf } from '../../core/subscriptions/subscription.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import type { Ending } from './ending.ts';
import { explainEnding } from './ending-explanations.ts';

/** Writes the one wide log line of an attempt, however it ended, and counts it. */
export function logEnding(telemetry: Telemetry, message: DeliveryMessage, ending: Ending, now: Date): void {
  const { acceptedAt: _, ...names } = refOf(message);
  const explanation = explainEnding(ending, now);
  telemetry.info('delivery.attempted', {
    ...names,
    end: ending.kind,
    ...detailsOf(ending),
    ...(explanation ? { explanation } : {}),
  });
  if (ending.kind === 'postponed') telemetry.count('DeliveriesPostponed');
  if (ending.kind !== 'settled') return;
  const { attempt, decision } = ending;
  telemetry.count(attempt.outcome.kind === 'success' ? 'AttemptsSucceeded' : 'AttemptsFailed');
  if (decision.kind === 'exhausted') telemetry.count('DeliveriesExhausted');
}

/** Only a result matters: statistics are written again. */
export function logUnrecorded(
  telemetry: Telemetry,
  results: readonly (DeliveredDelivery | StatisticsPart)[],
  error: unknown,
): void {
  if (results.some((result) => 'state' in result)) telemetry.error('delivery.unrecorded', { error });
  else telemetry.warn('statistics.unwritten', { error });
}

function detailsOf(ending: Ending): object {
  switch (ending.kind) {
    case 'cancelled':
      return { reason: ending.reason };
    case 'parked':
      return { reason: ending.reason };
    case 'postponed':
      return { limit: ending.limit, waitMs: ending.times.waitMs };
    case 'settled': {
      const { subscription, attempt, decision, attemptCount } = ending;
      const { responseExcerpt: _, ...outcome } = attempt.outcome;
      const called = { host: hostOf(subscription), attemptCount, outcome };
      return decision.kind === 'delivered' ? called : { ...called, decision };
    }
    case 'answered': {
      const { subscription, result } = ending;
      return { host: hostOf(subscription), verification: result };
    }
    default:
      return {};
  }
}
