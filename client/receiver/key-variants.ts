import { decodeBase64 } from './base64.ts';
import { type Finding, type FindingCode, toFinding } from './findings.ts';
import type { Variant } from './variant.ts';

const prefix = 'whsec_';
const encoder = new TextEncoder();

/** A secret that the page knows, besides the one that the receiver uses. */
export interface KnownSecret {
  readonly secret: string;
  /** `current`: signs the callbacks of this webhook now. `ended`: was replaced. */
  readonly of: 'current' | 'ended' | 'another-webhook';
  /** Of the webhook that the secret belongs to. */
  readonly subscriptionId?: string;
}

export interface SigningKey {
  readonly bytes: Uint8Array;
  readonly subscriptionId?: string;
}

/** What is wrong with the secret itself. */
export function checkSecret(secret: string): Finding[] {
  const clean = withoutBlanks(secret);
  if (clean === '') return [toFinding('secret-missing')];
  if (/^wh[ks]_/.test(clean)) return [toFinding('secret-is-an-api-key')];
  const findings: FindingCode[] = [];
  if (clean !== secret) findings.push('secret-with-blanks');
  if (clean.startsWith(prefix + prefix)) findings.push('secret-prefix-doubled');
  if (!decodeBase64(withoutPrefix(clean))) findings.push('secret-not-base64');
  return findings.map((code) => toFinding(code));
}

/**
 * The keys that may have signed: the receiver's secret used rightly, other secrets, and then the secret used wrongly.
 * A secret with blanks around it is taken without them, because `checkSecret` tells of them.
 */
export function keyVariants(secret: string, known: readonly KnownSecret[]): Variant<SigningKey>[] {
  const clean = withoutBlanks(secret);
  const others = known.flatMap(({ secret, of, subscriptionId }): Variant<SigningKey>[] => {
    const bytes = decodeBase64(withoutPrefix(withoutBlanks(secret)));
    if (!bytes) return [];
    const key = subscriptionId === undefined ? { bytes } : { bytes, subscriptionId };
    return [{ value: key, finding: of === 'another-webhook' ? 'secret-of-another-webhook' : 'secret-wrong' }];
  });
  const used = known.find((other) => withoutBlanks(other.secret) === clean);
  const renamed = others.map((other) =>
    used?.of === 'ended' && other.finding === 'secret-wrong'
      ? { ...other, finding: 'secret-of-before' as const }
      : other,
  );
  const right = decodeBase64(withoutPrefix(clean));
  return [
    // Without a key, nothing matches as it was given.
    { value: { bytes: right ?? new Uint8Array() } },
    ...renamed,
    ...misused('key-with-prefix', encoder.encode(clean)),
    ...misused('key-not-decoded', encoder.encode(withoutPrefix(clean))),
    ...misused('key-prefix-decoded', decodeLeniently(clean)),
  ];
}

function misused(finding: FindingCode, bytes: Uint8Array | undefined): Variant<SigningKey>[] {
  return bytes === undefined ? [] : [{ value: { bytes }, finding }];
}

/** As Node.js decodes: a last character that is too few bits for a byte is left out. */
function decodeLeniently(text: string): Uint8Array | undefined {
  const unpadded = text.replace(/=+$/, '');
  return decodeBase64(unpadded.length % 4 === 1 ? unpadded.slice(0, -1) : unpadded);
}

function withoutBlanks(secret: string): string {
  return secret.replaceAll(/^[\s"']+|[\s"']+$/g, '');
}

function withoutPrefix(secret: string): string {
  return secret.replace(/^(?:whsec_)+/, '');
}
