import type { CredentialKind } from './credential.ts';

/** The actions that see or change a secret, or an account as a whole. Each is kept in the audit log. */
export const auditedActions = [
  'secret.revealed',
  'secret.rotated',
  'headers.changed',
  'api-key.issued',
  'api-key.revoked',
  'portal-session.issued',
  'account.status-changed',
  'account.removed',
] as const;
export type AuditedAction = (typeof auditedActions)[number];

/** Who did it: a credential by its id, or the helpdesk backend by its ARN. */
export interface Actor {
  readonly kind: CredentialKind | 'backend';
  readonly id: string;
}

export interface AuditEntry {
  readonly accountId: string;
  readonly at: string;
  readonly action: AuditedAction;
  readonly actor: Actor;
  readonly requestId: string;
  readonly sourceIp: string;
  readonly subscriptionId?: string;
  /** Names and times, never values: which headers, which key, until when. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An entry outlives the event or key that it is about; a year is what audits ask for. */
export const auditRetentionDays = 400;
