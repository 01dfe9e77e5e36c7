import type { CredentialKind } from './credential.ts';

/**
 * The actions that see or change a secret, that change where an account's events go, or that concern the account as a
 * whole. Each is kept in the audit log.
 */
export const auditedActions = [
  'subscription.created',
  'subscription.changed',
  'subscription.deleted',
  'subscription.paused',
  'subscription.resumed',
  'verification.requested',
  'secret.revealed',
  'secret.rotated',
  'headers.changed',
  'api-key.issued',
  'api-key.revoked',
  'portal-session.issued',
  'portal-session.opened',
  'portal-session.revoked',
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
  /** Names and times, never secret values: which headers, which key, until when. Of a URL, the origin only. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An entry outlives the event or key that it is about; a year is what audits ask for. */
export const auditRetentionDays = 400;
