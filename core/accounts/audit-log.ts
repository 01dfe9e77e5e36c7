import type { AuditEntry } from './audit.ts';

export interface AuditFilter {
  readonly subscriptionId?: string | undefined;
}

export interface AuditLog {
  recordAudit(entry: AuditEntry): Promise<void>;
  /**
   * Lists the newest entries first, of one subscription if the filter names it. `after` and `next` are positions within
   * the account's own entries. A page may hold fewer than `limit` and not be the last one.
   */
  listAudit(
    accountId: string,
    filter: AuditFilter,
    limit: number,
    after?: string,
  ): Promise<{ readonly entries: readonly AuditEntry[]; readonly next: string | undefined }>;
}
