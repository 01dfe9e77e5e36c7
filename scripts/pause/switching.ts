import type { AccountStore } from '../../core/accounts/account-store.ts';
import type { AuditLog } from '../../core/accounts/audit-log.ts';
import type { StageStatusStore } from '../../core/accounts/stage-status.ts';
import type { AccountSubscriptions } from '../../core/subscriptions/subscription-store.ts';

/** An operator's command that stops or starts calls. */
export interface Switching {
  readonly verb: 'pause' | 'resume';
  readonly stageStatus: StageStatusStore;
  readonly accounts: AccountStore;
  readonly subscriptions: AccountSubscriptions;
  readonly auditLog: Pick<AuditLog, 'recordAudit'>;
  readonly now: () => Date;
  readonly print: (line: string) => void;
}

/** What an operator should know whenever calls are stopped. */
export const meanwhile = [
  'Functions follow within seconds; calls that are being made end as usual.',
  'Events are taken in as before. Their deliveries are parked: they lose no attempt, and the time does not count for their horizon.',
];

export const afterwards =
  'What was parked is sent within minutes, the oldest first, in steps that grow. Nothing else has to be done.';
