import type { DeliveryInWork } from '../../core/deliveries/delivery.ts';
import { beginProbe } from '../../core/receivers/breaker.ts';
import { drillType } from '../../core/receivers/drill.ts';
import { verificationType } from '../../core/receivers/verification.ts';
import type { SubscriptionLookup, SubscriptionWriter } from '../../core/subscriptions/subscription-store.ts';

export interface ProbeDeps {
  readonly subscriptions: SubscriptionLookup & SubscriptionWriter;
  readonly settings: { readonly claimLeaseMs: number };
  readonly randomBytes: (size: number) => Buffer;
  readonly now: () => Date;
}

/**
 * Makes a delivery the probe of its receiver, if a breaker waits for one and the sweeper found none. Of several that come at
 * once, the first to write it is the probe; the others are parked.
 */
export function createProbeTaking({ subscriptions, settings, randomBytes, now }: ProbeDeps) {
  return async function takeProbe(work: DeliveryInWork): Promise<DeliveryInWork> {
    const { accountId, subscriptionId, eventType, isTest } = work.message;
    // What these show is not judged.
    if (isTest || eventType === drillType || eventType === verificationType) return work;
    const seen = await subscriptions.findSubscription(accountId, subscriptionId);
    const breaker = seen?.receiver.breaker;
    if (seen?.status !== 'enabled' || seen.pause || breaker?.state !== 'half-open') return work;
    const probe = randomBytes(12).toString('base64url');
    const probing = beginProbe(breaker, probe, now(), settings.claimLeaseMs);
    const next = { ...seen, receiver: { ...seen.receiver, breaker: probing }, version: seen.version + 1 };
    if (!(await subscriptions.replaceSubscription(seen, next))) return work;
    return { ...work, message: { ...work.message, probe } };
  };
}
