import { presentAuditEntry } from '../../../contract/account-views.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { createPages } from '../http/pages.ts';

export function createListAuditLog(deps: Pick<ApiDeps, 'auditLog' | 'cursorKey'>): Handler<'GET /audit-log'> {
  const readPage = createPages(deps);

  return (request) =>
    readPage(request, 'audit-log', async (limit, after) => {
      const { subscriptionId } = request.query;
      const { entries, next } = await deps.auditLog.listAudit(
        request.accountId,
        { subscriptionId },
        limit,
        after,
      );
      const mayManage = request.capabilities.includes('manage');
      return { items: entries.map((entry) => presentAuditEntry(entry, mayManage)), next };
    });
}
