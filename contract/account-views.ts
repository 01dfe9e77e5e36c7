import * as z from 'zod';
import { type AuditEntry, auditedActions } from '../core/accounts/audit.ts';
import type { Credential } from '../core/accounts/credential.ts';
import { identifierSchema, timestampSchema } from '../core/identifiers.ts';

export const accountView = z.object({
  accountId: identifierSchema,
  status: z.enum(['active', 'suspended', 'removed']),
  effectiveAt: timestampSchema,
});

/** What the backend sees of a credential: everything but the hash. */
export const credentialView = z
  .object({
    id: z.string().meta({ description: 'Is part of the credential itself, and names it in the audit log.' }),
    accountId: identifierSchema,
    role: z.enum(['read', 'manage']),
    description: z.string(),
    createdAt: timestampSchema,
    expiresAt: timestampSchema.optional(),
    lastUsedAt: timestampSchema.optional().meta({ description: 'Up to ten minutes behind.' }),
  })
  .meta({ id: 'ApiKey' });

export function presentCredential(credential: Credential): z.output<typeof credentialView> {
  const { id, accountId, role, description, createdAt, expiresAt, lastUsedAt } = credential;
  return { id, accountId, role, description, createdAt, expiresAt, lastUsedAt };
}

/** A session of the page. */
export const sessionView = credentialView.omit({ description: true }).meta({ id: 'PortalSession' });

export function presentSession(session: Credential): z.output<typeof sessionView> {
  const { description: _, ...shown } = presentCredential(session);
  return shown;
}

export const auditEntryView = z
  .object({
    at: timestampSchema,
    action: z.enum(auditedActions),
    actor: z.object({ kind: z.enum(['api-key', 'portal-session', 'backend']), id: z.string() }),
    requestId: z.string(),
    sourceIp: z.string().optional().meta({ description: 'Left out for the backend.' }),
    subscriptionId: z.string().optional(),
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'AuditEntry' });

export function presentAuditEntry(entry: AuditEntry): z.output<typeof auditEntryView> {
  const { accountId: _, sourceIp, ...shown } = entry;
  // Outside, nobody needs to know which of our roles it was, or where it ran.
  return entry.actor.kind === 'backend'
    ? { ...shown, actor: { kind: 'backend', id: 'iomnihub' } }
    : { ...shown, sourceIp };
}
