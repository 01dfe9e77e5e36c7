import { presentActor } from '../../../contract/account-views.ts';
import { pauseUntil } from '../../../core/subscriptions/owner-changes.ts';
import { longestPauseSeconds } from '../../../core/subscriptions/pause.ts';
import { createAudit } from '../accounts/audit.ts';
import { isEnabled, refuseNotEnabled } from '../deliveries/asked-delivery.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { refuseInvalid } from '../http/refusal.ts';
import { changeRequested } from './change-subscription.ts';
import { createWrittenAnswer } from './written-subscription.ts';

type PauseDeps = Pick<ApiDeps, 'subscriptions' | 'auditLog' | 'telemetry' | 'cacheMs' | 'now'>;

export function createPauseSubscription(deps: PauseDeps): Handler<'POST /subscriptions/{id}/pause'> {
  const audit = createAudit(deps);
  const showWritten = createWrittenAnswer(deps);

  return async (request) => {
    const now = deps.now();
    const latest = new Date(now.getTime() + longestPauseSeconds * 1_000).toISOString();
    const { until = latest } = request.body;
    const fault = faultOf(until, now, latest);
    if (fault) return refuseInvalid([{ field: 'until', message: fault }]);
    let audited: Promise<void> | undefined;
    const changed = await changeRequested(deps, request, async (seen) => {
      if (!isEnabled(seen)) return refuseNotEnabled(seen);
      audited ??= audit(request, 'subscription.paused', { subscriptionId: seen.id, details: { until } });
      await audited;
      return { subscription: pauseUntil(seen, until, presentActor(request.actor), now) };
    });
    return 'problem' in changed ? changed : showWritten(changed.subscription);
  };
}

function faultOf(until: string, now: Date, latest: string): string | undefined {
  if (until <= now.toISOString()) return 'must be in the future';
  return until > latest ? `must be at most 7 days ahead: ${latest} at the latest` : undefined;
}
