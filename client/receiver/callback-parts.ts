import { parseJson } from './body-variants.ts';
import { type Finding, toFinding } from './findings.ts';
import type { KnownSecret } from './key-variants.ts';
import type { ReceivedHeaders } from './received-headers.ts';

/** What the parts of a callback say without its signature. */

/** Whether headers, body and secret belong to each other. */
export function compareParts(
  body: string | Uint8Array,
  { id, subscriptionId }: ReceivedHeaders,
  knownSecrets: readonly KnownSecret[],
): Finding[] {
  const findings: Finding[] = [];
  const bodyId = idIn(body);
  if (id !== undefined && bodyId !== undefined && bodyId !== id)
    findings.push(toFinding('id-of-another-callback', { headerId: id, bodyId }));
  const own = knownSecrets.find(({ of }) => of === 'current')?.subscriptionId;
  if (subscriptionId !== undefined && own !== undefined && subscriptionId !== own)
    findings.push(toFinding('subscription-differs', { subscriptionId }));
  return findings;
}

/** What makes a receiver refuse a callback whose signature fits. */
export function lookAtClock(
  { timestamp }: ReceivedHeaders,
  { now, toleranceSeconds = 300 }: { readonly now: Date; readonly toleranceSeconds?: number },
): Finding[] {
  if (timestamp === undefined) return [];
  const seconds = secondsOf(timestamp);
  if (seconds === undefined) return [toFinding('timestamp-not-a-number', { given: shorten(timestamp) })];
  const findings = isInMilliseconds(timestamp) ? [toFinding('timestamp-in-milliseconds')] : [];
  const age = Math.round(now.getTime() / 1_000) - seconds;
  const tolerance = String(toleranceSeconds);
  if (age > toleranceSeconds) findings.push(toFinding('timestamp-old', { seconds: String(age), tolerance }));
  if (-age > toleranceSeconds) findings.push(toFinding('timestamp-ahead', { seconds: String(-age) }));
  return findings;
}

/** What a body shows that is beyond repair. */
export function lookAtBody(body: string | Uint8Array): Finding[] {
  const text = textOf(body);
  if (text.trim() === '') return [toFinding('body-empty')];
  if (text.includes('\uFFFD')) return [toFinding('body-characters-lost')];
  return parseJson(text) === undefined ? [toFinding('body-not-json')] : [];
}

/** The event that the body is of. */
export function idIn(body: string | Uint8Array): string | undefined {
  const value = parseJson(textOf(body));
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** Undefined for what is no number. */
export function secondsOf(timestamp: string): number | undefined {
  if (isInMilliseconds(timestamp)) return Math.floor(Number(timestamp) / 1_000);
  return /^\d{1,11}$/.test(timestamp) ? Number(timestamp) : undefined;
}

export function isInMilliseconds(timestamp: string): boolean {
  return /^\d{13}$/.test(timestamp);
}

export function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function textOf(body: string | Uint8Array): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}
