import { createHash, timingSafeEqual } from 'node:crypto';
import type { ApiKeyRecord } from './ports.ts';

/** What a caller sends: `whk_<id>_<secret>`, the id in hex and the secret in base64url. */
const apiKeyPattern = /^whk_([0-9a-f]{24})_([A-Za-z0-9_-]{43})$/;

export function formatApiKey(id: string, secret: string): string {
  return `whk_${id}_${secret}`;
}

/** Reads `Authorization: Bearer whk_…`; undefined if it is anything else. */
export function parseAuthorization(header: string | undefined): { id: string; secret: string } | undefined {
  const match = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1]?.match(apiKeyPattern);
  return match?.[1] && match[2] ? { id: match[1], secret: match[2] } : undefined;
}

/** A plain hash is enough: the secret is 32 random bytes, so there is nothing to guess from it. */
export function hashApiKeySecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

export function apiKeyMatches(record: ApiKeyRecord, secret: string): boolean {
  return timingSafeEqual(Buffer.from(hashApiKeySecret(secret), 'hex'), Buffer.from(record.secretHash, 'hex'));
}
