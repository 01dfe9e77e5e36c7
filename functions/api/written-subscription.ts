import { type Subscription, subscriptionCacheMs } from '../../core/subscription.ts';
import { presentSubscription } from '../../core/subscription-view.ts';
import { type ApiResponse, respondJson } from './http.ts';
import { etagOf } from './preconditions.ts';
import { presentVerification, type Verification } from './verification.ts';

/** From when on what was written at that time counts for every event. */
export function effectiveAfter(now: Date): string {
  return new Date(now.getTime() + subscriptionCacheMs).toISOString();
}

/** The answer that shows a subscription which was just written. */
export function createWrittenAnswer(now: () => Date) {
  return function respondWritten(
    statusCode: 200 | 201,
    subscription: Subscription,
    verification: Verification | undefined,
    extra: { readonly secret?: string } = {},
  ): ApiResponse {
    const shown = {
      ...presentSubscription(subscription),
      ...(verification ? { verification: presentVerification(verification) } : {}),
      effectiveAt: effectiveAfter(now()),
      ...extra,
    };
    return respondJson(statusCode, shown, { etag: etagOf(subscription) });
  };
}
