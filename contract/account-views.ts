import * as z from 'zod';
import { type Actor, type AuditEntry, auditedActions } from '../core/accounts/audit.ts';
import { type Credential, capabilities, roleOf } from '../core/accounts/credential.ts';
import { identifierSchema, timestampSchema } from '../core/identifiers.ts';

export const accountView = z.object({
  accountId: identifierSchema,
  status: z.enum(['active', 'paused', 'suspended', 'removed']),
  effectiveAt: timestampSchema,
});

/** What the backend sees of a credential: everything but the hash. */
const credentialView = z.object({
  id: z.string().meta({ description: 'Is part of the credential itself, and names it in the audit log.' }),
  accountId: identifierSchema,
  createdAt: timestampSchema,
  expiresAt: timestampSchema.optional(),
  lastUsedAt: timestampSchema.optional().meta({ description: 'Up to ten minutes behind.' }),
});

export const apiKeyView = credentialView
  .extend({ role: z.enum(['read', 'manage']), description: z.string() })
  .meta({ id: 'ApiKey' });

export function presentApiKey(key: Credential): z.output<typeof apiKeyView> {
  return { ...presentCredential(key), role: roleOf(key), description: key.description };
}

/** The languages of the page. */
export const portalLocales = ['en', 'pt-BR', 'es'] as const;

/** A session of the page. */
export const sessionView = credentialView
  .extend({
    capabilities: z.array(z.enum(capabilities)),
    locale: z.enum(portalLocales).optional(),
  })
  .meta({ id: 'PortalSession' });

export const newSessionView = sessionView.extend({
  url: z.string().meta({
    description:
      'Opens the page, once. The code is behind the `#`, so that no server writes it into its log. A credential: keep it out of yours.',
  }),
  linkExpiresAt: timestampSchema,
  token: z.string(),
});

export function presentSession(session: Credential): z.output<typeof sessionView> {
  const locale = portalLocales.find((one) => one === session.locale);
  return {
    ...presentCredential(session),
    capabilities: [...session.capabilities],
    ...(locale ? { locale } : {}),
  };
}

function presentCredential(credential: Credential): z.output<typeof credentialView> {
  const { id, accountId, createdAt, expiresAt, lastUsedAt } = credential;
  return { id, accountId, createdAt, expiresAt, lastUsedAt };
}

export const actorView = z
  .object({ kind: z.enum(['api-key', 'portal-session', 'backend']), id: z.string() })
  .meta({ description: 'A key, a session of the page, or iOmniHub itself (`backend`).' });

/** Outside, nobody needs to know which of our roles it was, or where it ran. */
export function presentActor(actor: Actor): z.output<typeof actorView> {
  return actor.kind === 'backend' ? { kind: 'backend', id: 'iomnihub' } : actor;
}

export const auditEntryView = z
  .object({
    at: timestampSchema,
    action: z.enum(auditedActions),
    actor: z.object({
      kind: z.enum(['api-key', 'portal-session', 'backend']),
      id: z.string().optional().meta({ description: 'Left out for who may only read.' }),
    }),
    requestId: z.string().optional().meta({ description: 'Left out for who may only read.' }),
    sourceIp: z
      .string()
      .optional()
      .meta({ description: 'Left out for the backend, and for who may only read.' }),
    subscriptionId: z.string().optional(),
    details: z.record(z.string(), z.unknown()).optional().meta({
      description:
        '`fields` and `names`: what was changed. For who may manage also the rest, such as `before` and `after`, or the origins `from` and `to` of a URL.',
    }),
  })
  .meta({ id: 'AuditEntry' });

/** What a credential that may only read sees is what it could see by reading twice, and who did it in general. */
export function presentAuditEntry(entry: AuditEntry, mayManage: boolean): z.output<typeof auditEntryView> {
  const { accountId: _, sourceIp, ...shown } = entry;
  if (!mayManage) return presentOutline(entry);
  const actor = presentActor(entry.actor);
  return actor.kind === 'backend' ? { ...shown, actor } : { ...shown, sourceIp };
}

function presentOutline({
  at,
  action,
  actor: { kind },
  subscriptionId,
  details = {},
}: AuditEntry): z.output<typeof auditEntryView> {
  const names = Object.entries(details).filter(([name]) => name === 'fields' || name === 'names');
  return {
    at,
    action,
    actor: { kind },
    subscriptionId,
    ...(names.length > 0 ? { details: Object.fromEntries(names) } : {}),
  };
}
