import { hmac } from '@noble/hashes/hmac';
import { sha256 } from '@noble/hashes/sha2';
import { bodyVariants } from './body-variants.ts';
import {
  compareParts,
  idIn,
  isInMilliseconds,
  lookAtBody,
  lookAtClock,
  secondsOf,
  shorten,
} from './callback-parts.ts';
import { type Finding, type FindingCode, toFinding } from './findings.ts';
import { checkSecret, type KnownSecret, keyVariants, type SigningKey } from './key-variants.ts';
import { type GivenHeaders, type ReceivedHeaders, readHeaders } from './received-headers.ts';
import { compareForm, readSignatures, type WrittenSignature } from './signature-form.ts';
import { choicesOf, findingsOf, type Variant } from './variant.ts';

export interface SuspectCallback {
  readonly headers: GivenHeaders;
  /** As the receiver has it: text, or the bytes of the request. */
  readonly body: string | Uint8Array;
  /** The one that the receiver uses. */
  readonly secret: string;
  /** What the receiver's own code computes as the signature, if that is known. */
  readonly computed?: string;
}

export interface DiagnosisContext {
  readonly knownSecrets?: readonly KnownSecret[];
  /** When the callback came, or now. */
  readonly now: Date;
  /** How old a callback may be. Standard Webhooks' libraries take five minutes. */
  readonly toleranceSeconds?: number;
}

export interface Diagnosis {
  /** True if the signature fits everything as it was given. The callback may still be too old. */
  readonly isSignatureValid: boolean;
  /** What is wrong, the most telling first. Empty if nothing is. */
  readonly findings: readonly Finding[];
}

/**
 * Says why a receiver refuses a callback. Tries the usual mistakes, up to two at once, until the signature fits. Makes
 * no call, and keeps nothing: it may run in a browser, where the secret stays.
 */
export function diagnoseSignature(callback: SuspectCallback, context: DiagnosisContext): Diagnosis {
  const headers = readHeaders(callback.headers);
  const plain = [...headers.findings, ...checkSecret(callback.secret)];
  const signatures = readSignatures(headers.signature ?? '');
  const explained = explain(signatures, callback, headers, context);
  const isSignatureValid = explained?.length === 0 && plain.length === 0;

  const causes = [...plain, ...(explained ?? []), ...explainOwnWork(callback, headers, context)];
  causes.push(...compareParts(callback.body, headers, context.knownSecrets ?? []));
  if (headers.signature !== undefined && signatures.length === 0)
    causes.push(toFinding('signature-unreadable', { given: shorten(headers.signature) }));
  if (explained === undefined) causes.push(...lookAtBody(callback.body));
  if (explained === undefined && causes.every(({ code }) => isHarmless.has(code)))
    causes.push(toFinding('unexplained'));
  return { isSignatureValid, findings: withoutEqual([...causes, ...lookAtClock(headers, context)]) };
}

/** They do not keep a signature from fitting here, because they are mended before it is compared. */
const isHarmless: ReadonlySet<FindingCode> = new Set([
  'header-renamed',
  'header-repeated',
  'secret-with-blanks',
  'secret-prefix-doubled',
]);

/** What is wrong with the signature that the receiver has computed. It may lack `v1,`. */
function explainOwnWork(
  callback: SuspectCallback,
  headers: ReceivedHeaders,
  context: DiagnosisContext,
): readonly Finding[] {
  const computed = readSignatures(callback.computed ?? '').map(({ text }) => ({ text, findings: [] }));
  return explain(computed, callback, headers, context) ?? [];
}

function withoutEqual(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}

/** The mistakes that explain one of the signatures: none if it fits as it is. Undefined if nothing explains it. */
function explain(
  signatures: readonly WrittenSignature[],
  { body, secret }: SuspectCallback,
  { id, timestamp }: ReceivedHeaders,
  { knownSecrets = [] }: DiagnosisContext,
): Finding[] | undefined {
  if (signatures.length === 0) return undefined;
  const choices = choicesOf({
    id: idVariants(id ?? '', body),
    timestamp: timestampVariants(timestamp ?? ''),
    body: bodyVariants(body),
    key: keyVariants(secret, knownSecrets),
    content: contentVariants,
  });
  for (const choice of choices) {
    const content = choice.content.value(choice.id.value, choice.timestamp.value, choice.body.value);
    const mac = hmac(sha256, choice.key.value.bytes, content);
    for (const { text, findings } of signatures) {
      const form = compareForm(text, mac);
      if (form) return describe([...findingsOf(choice), ...findings, ...form], choice.key.value, id, body);
    }
  }
  return undefined;
}

function describe(
  codes: readonly FindingCode[],
  key: SigningKey,
  headerId: string | undefined,
  body: string | Uint8Array,
): Finding[] {
  return codes.map((code) => {
    if (code === 'secret-of-another-webhook')
      return toFinding(code, { subscriptionId: key.subscriptionId ?? 'unknown' });
    if (code === 'id-of-another-callback')
      return toFinding(code, { headerId: headerId ?? '', bodyId: idIn(body) ?? '' });
    return toFinding(code);
  });
}

type Content = (id: string, timestamp: string, body: Uint8Array) => Uint8Array;
const encoder = new TextEncoder();

/** What is signed: `id.timestamp.body`. */
const contentVariants: readonly Variant<Content>[] = [
  { value: (id, timestamp, body) => join(`${id}.${timestamp}.`, body) },
  { value: (_id, _timestamp, body) => body, finding: 'content-body-only' },
  { value: (_id, timestamp, body) => join(`${timestamp}.`, body), finding: 'content-without-id' },
  { value: (id, timestamp, body) => join(`${id}${timestamp}`, body), finding: 'content-without-full-stops' },
  { value: (id, timestamp, body) => join(`${timestamp}.${id}.`, body), finding: 'content-in-another-order' },
];

function join(head: string, body: Uint8Array): Uint8Array {
  const start = encoder.encode(head);
  const whole = new Uint8Array(start.length + body.length);
  whole.set(start);
  whole.set(body, start.length);
  return whole;
}

function idVariants(id: string, body: string | Uint8Array): Variant<string>[] {
  const inBody = idIn(body);
  return inBody === undefined || inBody === id
    ? [{ value: id }]
    : [{ value: id }, { value: inBody, finding: 'id-of-another-callback' }];
}

function timestampVariants(timestamp: string): Variant<string>[] {
  const seconds = secondsOf(timestamp);
  const inSeconds: Variant<string> = { value: String(seconds), finding: 'timestamp-in-milliseconds' };
  // A receiver that counts in milliseconds may also sign them.
  const inMilliseconds: Variant<string> = { value: `${timestamp}000`, finding: 'timestamp-in-milliseconds' };
  return [{ value: timestamp }, isInMilliseconds(timestamp) ? inSeconds : inMilliseconds];
}
