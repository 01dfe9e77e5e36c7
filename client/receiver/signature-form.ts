import { encodeBase64, encodeHex } from './base64.ts';
import type { FindingCode } from './findings.ts';

/** A signature as it was written. */
export interface WrittenSignature {
  /** What follows `v1,`. */
  readonly text: string;
  readonly findings: readonly FindingCode[];
}

/** The signatures in a header, or one that a receiver has computed. */
export function readSignatures(header: string): WrittenSignature[] {
  const parts = header.trim().split(/\s+/);
  return parts.flatMap((part): WrittenSignature[] => {
    // Several that a proxy has joined, or that a framework has split at commas and put together again.
    const versioned = [...part.matchAll(/v1,([^,;]+)/gi)].map(([, text = '']) => text);
    if (versioned.length > 1) return versioned.map((text) => ({ text, findings: ['signatures-not-split'] }));
    const [text] = versioned;
    if (text !== undefined) return [{ text, findings: [] }];
    return /^[\w+/=-]{20,}$/.test(part) ? [{ text: part, findings: ['signature-without-version'] }] : [];
  });
}

/** How the text writes these bytes: rightly (no finding), in a wrong form, or not at all (undefined). */
export function compareForm(text: string, mac: Uint8Array): FindingCode[] | undefined {
  const base64 = encodeBase64(mac);
  if (text === base64) return [];
  if (text.toLowerCase() === encodeHex(mac)) return ['signature-in-hex'];
  const standard = text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  const unpadded = base64.replace(/=+$/, '');
  if (standard === unpadded) return ['signature-in-base64url'];
  if (text === base64.toLowerCase()) return ['signature-in-lower-case'];
  // Twenty characters are 120 bits: no chance.
  if (text.length >= 20 && base64.startsWith(text)) return ['signature-cut-off'];
  return undefined;
}
