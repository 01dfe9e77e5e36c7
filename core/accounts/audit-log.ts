import type { AuditEntry } from './audit.ts';

export interface AuditLog {
  recordAudit(entry: AuditEntry): Promise<void>;
  /** Lists the newest entries first. `after` and `next` are positions within the account's own entries. */
  listAudit(
    accountId: string,
    limit: number,
    after?: string,
  ): Promise<{ readonly entries: readonly AuditEntry[]; readonly next: string | undefined }>;
}
