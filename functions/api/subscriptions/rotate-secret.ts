import { presentActor } from '../../../contract/account-views.ts';
import { formatSecret } from '../../../core/deliveries/signature.ts';
import { withNotice } from '../../../core/subscriptions/outbox.ts';
import { contextOf } from '../../../core/subscriptions/sealing.ts';
import { rotateSecrets } from '../../../core/subscriptions/subscription.ts';
import { createAudit } from '../accounts/audit.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import { effectiveAfter } from '../http/effect.ts';
import type { Handler } from '../http/handler.ts';
import { changeRequested } from './change-subscription.ts';
import { showSecret } from './show-secret.ts';

export function createRotateSecret(
  deps: Pick<
    ApiDeps,
    'subscriptions' | 'cipher' | 'auditLog' | 'telemetry' | 'cacheMs' | 'now' | 'randomBytes'
  >,
): Handler<'POST /subscriptions/{id}/secret/rotate'> {
  const audit = createAudit(deps);

  return async (request) => {
    const { overlapSeconds } = request.body;
    const secret = formatSecret(deps.randomBytes(32));
    const now = deps.now();
    let audited: Promise<void> | undefined;
    const changed = await changeRequested(deps, request, async (seen) => {
      const sealed = await deps.cipher.seal(secret, contextOf(seen));
      const secrets = rotateSecrets(seen, sealed, overlapSeconds, now);
      audited ??= audit(request, 'secret.rotated', {
        subscriptionId: seen.id,
        details: { overlapSeconds },
      });
      await audited;
      const overlapEndsAt = new Date(now.getTime() + overlapSeconds * 1_000).toISOString();
      const told = { actor: presentActor(request.actor), overlapEndsAt };
      const next = withNotice({ ...seen, secrets }, 'webhook.subscription.secret-rotated', told, now);
      return { subscription: next };
    });
    if ('problem' in changed) return changed;
    const [, outgoing] = changed.subscription.secrets;
    const previousExpiresAt = outgoing?.expiresAt ?? null;
    return {
      body: { ...showSecret(request, secret), previousExpiresAt, effectiveAt: effectiveAfter(deps) },
    };
  };
}
