import type * as z from 'zod';
import {
  presentSubscription,
  presentVerification,
  type writtenSubscriptionView,
} from '../../../contract/subscription-views.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import { effectiveAfter } from '../http/effect.ts';
import { etagOf } from './preconditions.ts';
import type { Verification } from './verification.ts';

/** The answer that shows a subscription which was just written. */
export function createWrittenAnswer(deps: Pick<ApiDeps, 'now' | 'cacheMs'>) {
  return function showWritten(
    subscription: Subscription,
    verification: Verification | undefined,
  ): { body: z.output<typeof writtenSubscriptionView>; etag: string } {
    return {
      body: {
        ...presentSubscription(subscription),
        ...(verification ? { verification: presentVerification(verification) } : {}),
        effectiveAt: effectiveAfter(deps),
      },
      etag: etagOf(subscription),
    };
  };
}
