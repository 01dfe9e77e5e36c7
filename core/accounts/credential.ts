import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * What a credential lets its holder do. `view`: see everything but secrets. `manage`: change things and read the audit log.
 * `secrets`: see signing secrets.
 */
export const capabilities = ['view', 'manage', 'secrets'] as const;
export type Capability = (typeof capabilities)[number];

/** What an API key is for, in a word. A key that manages sees secrets too. */
export type Role = 'read' | 'manage';

export const capabilitiesByRole: Readonly<Record<Role, readonly Capability[]>> = {
  read: ['view'],
  manage: capabilities,
};

export function roleOf(credential: Pick<Credential, 'capabilities'>): Role {
  return credential.capabilities.includes('manage') ? 'manage' : 'read';
}

/** What speaks for an account: a key of a program, or the short-lived session of a person on the page. */
export type CredentialKind = 'api-key' | 'portal-session';

export interface Credential {
  readonly id: string;
  readonly kind: CredentialKind;
  readonly accountId: string;
  /** SHA-256 of the secret part, hex. */
  readonly secretHash: string;
  readonly capabilities: readonly Capability[];
  readonly description: string;
  readonly createdAt: string;
  /** Until then it is good; without it, until it is revoked. */
  readonly expiresAt?: string;
  /** Up to `lastUsedPrecisionMs` behind. */
  readonly lastUsedAt?: string;
  /** Of a session: the language that its page begins with. */
  readonly locale?: string;
  /** Of a session: the link that opens it, until somebody has opened it. */
  readonly link?: StoredLink;
}

export interface StoredLink {
  /** SHA-256 of the secret part of the code, hex. */
  readonly secretHash: string;
  readonly expiresAt: string;
}

/** Two for a rotation, and some for an account's other programs. */
export const maxApiKeysPerAccount = 20;

/** One for each person with the page open. Sessions end by themselves. */
export const maxPortalSessionsPerAccount = 100;

/** Every use would otherwise cost a write. */
export const lastUsedPrecisionMs = 10 * 60_000;

const prefixes: Record<CredentialKind, string> = { 'api-key': 'whk', 'portal-session': 'whs' };

/** What the link of a session carries: `whl_<id of the session>_<secret>`. It is no credential by itself. */
const linkCodePattern = /^whl_([0-9a-f]{24})_([A-Za-z0-9_-]{43})$/;

export function formatLinkCode(sessionId: string, secret: string): string {
  return `whl_${sessionId}_${secret}`;
}

/** Undefined if the text is no code at all. */
export function parseLinkCode(text: string): { readonly id: string; readonly secret: string } | undefined {
  const [, id, secret] = linkCodePattern.exec(text) ?? [];
  return id && secret ? { id, secret } : undefined;
}

/** What a caller sends: `whk_<id>_<secret>`, the id in hex and the secret in base64url. */
const credentialPattern = /^(wh[ks])_([0-9a-f]{24})_([A-Za-z0-9_-]{43})$/;

export function formatCredential(kind: CredentialKind, id: string, secret: string): string {
  return `${prefixes[kind]}_${id}_${secret}`;
}

export interface PresentedCredential {
  readonly kind: CredentialKind;
  readonly id: string;
  readonly secret: string;
}

/** Reads `Authorization: Bearer whk_…`; undefined if it is anything else. */
export function parseAuthorization(header: string | undefined): PresentedCredential | undefined {
  const [, prefix, id, secret] = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1]?.match(credentialPattern) ?? [];
  if (!id || !secret) return undefined;
  return { kind: prefix === prefixes['api-key'] ? 'api-key' : 'portal-session', id, secret };
}

/** A plain hash is enough: the secret is 32 random bytes, so there is nothing to guess from it. */
export function hashCredentialSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Is what was presented this very credential, and is it still good? */
export function isGood(stored: Credential, presented: PresentedCredential, now: Date): boolean {
  const given = Buffer.from(hashCredentialSecret(presented.secret), 'hex');
  return (
    timingSafeEqual(given, Buffer.from(stored.secretHash, 'hex')) &&
    stored.kind === presented.kind &&
    isLive(stored, now)
  );
}

export function isLive({ expiresAt }: Pick<Credential, 'expiresAt'>, now: Date): boolean {
  return expiresAt === undefined || new Date(expiresAt) > now;
}
