import type * as z from 'zod';
import { presentSubscription, type writtenSubscriptionView } from '../../../contract/subscription-views.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import { effectiveAfter } from '../http/effect.ts';
import { etagOf } from './preconditions.ts';

/** The answer that shows a subscription which was just written. */
export function createWrittenAnswer(deps: Pick<ApiDeps, 'now' | 'cacheMs'>) {
  return function showWritten(
    subscription: Subscription,
    droppedHeaders: readonly string[] = [],
  ): { body: z.output<typeof writtenSubscriptionView>; etag: string } {
    const shown = presentSubscription(subscription);
    return {
      body: {
        ...shown,
        ...(droppedHeaders.length > 0 ? { droppedHeaders: [...droppedHeaders] } : {}),
        effectiveAt: effectiveAfter(deps),
      },
      etag: etagOf(shown),
    };
  };
}
