import type { ApiDeps } from '../http/api-deps.ts';
import { effectiveAfter } from '../http/effect.ts';
import type { Handler } from '../http/handler.ts';
import { deleteRequested } from './change-subscription.ts';

export function createDeleteSubscription(
  deps: Pick<ApiDeps, 'subscriptions' | 'cacheMs' | 'now'>,
): Handler<'DELETE /subscriptions/{id}'> {
  return async (request) => {
    const deleted = await deleteRequested(deps.subscriptions, request);
    return 'problem' in deleted ? deleted : { body: { effectiveAt: effectiveAfter(deps) } };
  };
}
