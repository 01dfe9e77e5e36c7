import type { AuditEntry, AuditedAction } from '../../../core/accounts/audit.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { CallerContext } from '../http/handler.ts';

/** Records what a request is about to do. Await it before doing that, so that nothing happens unrecorded. */
export type Audit = (
  request: CallerContext,
  action: AuditedAction,
  about?: Pick<AuditEntry, 'subscriptionId' | 'details'>,
) => Promise<void>;

export function createAudit({ auditLog, now }: Pick<ApiDeps, 'auditLog' | 'now'>): Audit {
  return ({ accountId, actor, requestId, sourceIp }, action, about = {}) =>
    auditLog.recordAudit({
      accountId,
      at: now().toISOString(),
      action,
      actor,
      requestId,
      sourceIp,
      ...about,
    });
}
