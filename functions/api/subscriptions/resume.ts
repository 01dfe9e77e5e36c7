import { presentActor } from '../../../contract/account-views.ts';
import { goOn } from '../../../core/subscriptions/owner-changes.ts';
import { createAudit } from '../accounts/audit.ts';
import { isEnabled, refuseNotEnabled } from '../deliveries/asked-delivery.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { changeRequested } from './change-subscription.ts';
import { createWrittenAnswer } from './written-subscription.ts';

type ResumeDeps = Pick<ApiDeps, 'subscriptions' | 'auditLog' | 'telemetry' | 'cacheMs' | 'now'>;

export function createResumeSubscription(deps: ResumeDeps): Handler<'POST /subscriptions/{id}/resume'> {
  const audit = createAudit(deps);
  const showWritten = createWrittenAnswer(deps);

  return async (request) => {
    const now = deps.now();
    let audited: Promise<void> | undefined;
    const changed = await changeRequested(deps, request, async (seen) => {
      // It may have been disabled during its pause, and the pause would go on after it is enabled.
      if (!seen.pause && !isEnabled(seen)) return refuseNotEnabled(seen);
      const next = goOn(seen, presentActor(request.actor), now);
      if (next === seen) return { subscription: seen };
      audited ??= audit(request, 'subscription.resumed', { subscriptionId: seen.id });
      await audited;
      return { subscription: next };
    });
    return 'problem' in changed ? changed : showWritten(changed.subscription);
  };
}
