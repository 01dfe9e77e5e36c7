import * as z from 'zod';
import { timestampSchema } from '../identifiers.ts';
import type { CredentialKind } from './credential.ts';

/** What is kept about whoever saw or changed what is secret. */
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

/** How an account's owner is told of it. */
export const auditEntryView = z
  .object({
    at: timestampSchema,
    action: z.enum(auditedActions),
    actor: z.object({ kind: z.enum(['api-key', 'portal-session', 'backend']), id: z.string() }),
    requestId: z.string(),
    sourceIp: z.string().optional().meta({ description: 'Not of the backend.' }),
    subscriptionId: z.string().optional(),
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'AuditEntry' });

export function presentAuditEntry(entry: AuditEntry): z.output<typeof auditEntryView> {
  const { accountId: _, sourceIp, ...shown } = entry;
  // Which of our roles it was, and where, is nothing to show outside.
  return entry.actor.kind === 'backend'
    ? { ...shown, actor: { kind: 'backend', id: 'iomnihub' } }
    : { ...shown, sourceIp };
}

/** An entry outlives the event or key that it is about; a year is what audits ask for. */
export const auditRetentionDays = 400;
