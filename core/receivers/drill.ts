import type { CallbackRequest } from './callback-sender.ts';

/**
 * The receiver drill: signed calls, good ones and wrong ones, that show its owner what a receiver takes and what it
 * refuses. Each is a delivery of its own.
 */

/** The type of these deliveries. It is no event, so nobody can subscribe to it. */
export const drillType = 'webhook.drill';

/** What a right receiver does with a probe. */
export type Expectation = 'accept' | 'refuse';

export interface Probe {
  readonly code: string;
  readonly expects: Expectation;
  /** By how much its time is off, in seconds. */
  readonly clockOffsetSeconds?: number;
  /** Another `webhook-id` than its own: that of the probe with this code. */
  readonly repeats?: string;
  /** Changes the body before it is signed. `body` is that of an example event. */
  readonly shape?: (body: Body) => Body;
  /** Changes the request after it was signed. */
  readonly spoil?: (request: CallbackRequest) => CallbackRequest;
}

export interface Body {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Standard Webhooks asks receivers to refuse what is more than five minutes off. */
const tooFarSeconds = 600;
/** The largest body that a callback may have, less what stands around the text. */
const largeTextLength = 250_000;
/** Has the form of a signature, and signs nothing. */
const wrongSignature = `v1,${'A'.repeat(43)}=`;

function changeHeaders(change: (headers: CallbackRequest['headers']) => CallbackRequest['headers']) {
  return (request: CallbackRequest) => ({ ...request, headers: change(request.headers) });
}

function without(name: string) {
  return changeHeaders((headers) =>
    Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name)),
  );
}

function withData(extra: Readonly<Record<string, unknown>>) {
  return (body: Body): Body => ({ ...body, data: { ...body.data, ...extra } });
}

export const probes = [
  { code: 'valid', expects: 'accept' },
  { code: 'duplicate', expects: 'accept', repeats: 'valid' },
  {
    code: 'two-signatures',
    expects: 'accept',
    spoil: changeHeaders((headers) => ({
      ...headers,
      'webhook-signature': `${wrongSignature} ${headers['webhook-signature'] ?? ''}`,
    })),
  },
  {
    code: 'unknown-type',
    expects: 'accept',
    shape: ({ data }) => ({ type: 'drill.unknown', data }),
  },
  { code: 'unknown-field', expects: 'accept', shape: withData({ addedLater: { by: 'iOmniHub' } }) },
  { code: 'emoji', expects: 'accept', shape: withData({ text: 'Olá, ¿qué tal? 👩‍👩‍👧‍👦 \u2028 ☎️' }) },
  { code: 'large', expects: 'accept', shape: withData({ text: 'x'.repeat(largeTextLength) }) },
  { code: 'old-timestamp', expects: 'refuse', clockOffsetSeconds: -tooFarSeconds },
  { code: 'future-timestamp', expects: 'refuse', clockOffsetSeconds: tooFarSeconds },
  {
    code: 'wrong-signature',
    expects: 'refuse',
    spoil: changeHeaders((headers) => ({ ...headers, 'webhook-signature': wrongSignature })),
  },
  {
    code: 'changed-body',
    expects: 'refuse',
    spoil: (request) => ({ ...request, body: `${request.body} ` }),
  },
  { code: 'missing-signature', expects: 'refuse', spoil: without('webhook-signature') },
  { code: 'missing-timestamp', expects: 'refuse', spoil: without('webhook-timestamp') },
  { code: 'missing-id', expects: 'refuse', spoil: without('webhook-id') },
] as const satisfies readonly Probe[];
export type ProbeCode = (typeof probes)[number]['code'];

/** The id of a probe's delivery: `drl_<24 hex>-<code>`. */
export function probeIdOf(drill: string, code: ProbeCode): string {
  return `${drill}-${code}`;
}

/** Undefined if the id is of no probe. */
export function probeOf(id: string): { readonly drill: string; readonly probe: Probe } | undefined {
  const [, drill = '', code] = /^(drl_[0-9a-f]{24})-([a-z-]+)$/.exec(id) ?? [];
  const probe = probes.find((one) => one.code === code);
  return probe && { drill, probe };
}

export type Verdict = 'accepted' | 'refused' | 'failed' | 'unanswered';

/** What the receiver did, by the status of its answer. A wrong call is refused by 4xx, and by nothing else. */
export function verdictOf(status: number | undefined): Verdict {
  if (status === undefined) return 'unanswered';
  if (status >= 200 && status <= 299) return 'accepted';
  return status >= 400 && status <= 499 ? 'refused' : 'failed';
}

export function isRight(expects: Expectation, verdict: Verdict): boolean {
  return (expects === 'accept' ? 'accepted' : 'refused') === verdict;
}
