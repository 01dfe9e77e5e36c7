import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { presentSubscription } from '../../core/subscriptions/subscription-view.ts';
import { type ApiResponse, respondJson } from './http.ts';
import { etagOf } from './preconditions.ts';
import { presentVerification, type Verification } from './verification.ts';

export interface EffectDeps {
  readonly now: () => Date;
  /** For so long, functions go by what they have read. */
  readonly cacheMs: number;
}

/** From when on what was written just now counts for every event. */
export function effectiveAfter({ now, cacheMs }: EffectDeps): string {
  return new Date(now().getTime() + cacheMs).toISOString();
}

/** The answer that shows a subscription which was just written. */
export function createWrittenAnswer(deps: EffectDeps) {
  return function respondWritten(
    statusCode: 200 | 201,
    subscription: Subscription,
    verification: Verification | undefined,
    extra: { readonly secret?: string } = {},
  ): ApiResponse {
    const shown = {
      ...presentSubscription(subscription),
      ...(verification ? { verification: presentVerification(verification) } : {}),
      effectiveAt: effectiveAfter(deps),
      ...extra,
    };
    return respondJson(statusCode, shown, { etag: etagOf(subscription) });
  };
}
