import { contextOf } from '../../../core/subscriptions/sealing.ts';
import {
  liveSecrets,
  type StoredSecret,
  type Subscription,
} from '../../../core/subscriptions/subscription.ts';
import { createAudit } from '../accounts/audit.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { findRequested } from './find-subscription.ts';

/** Signing secrets leave us in three answers: this one, and those that rotate a secret or create a subscription. */
export function createRevealSecret(
  deps: Pick<ApiDeps, 'subscriptions' | 'cipher' | 'auditLog' | 'now'>,
): Handler<'GET /subscriptions/{id}/secret'> {
  const audit = createAudit(deps);

  return async (request) => {
    const found = await findRequested(deps.subscriptions, request);
    if ('problem' in found) return found;
    const { subscription } = found;
    await audit(request, 'secret.revealed', { subscriptionId: subscription.id });
    const [current, ...previous] = await Promise.all(
      liveSecrets(subscription, deps.now()).map((stored) => reveal(subscription, stored)),
    );
    if (!current) throw new Error(`subscription ${subscription.id} has no secret`);
    return { body: { ...current, previous } };
  };

  async function reveal(subscription: Subscription, { sealed, ...times }: StoredSecret) {
    return { secret: await deps.cipher.open(sealed, contextOf(subscription)), ...times };
  }
}
