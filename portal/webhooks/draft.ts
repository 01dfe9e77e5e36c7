import type { Routes } from '../../contract/routes.ts';
import type { BodyOf } from '../api/route-shapes.ts';
import type { Webhook } from './health.ts';

export type NewWebhook = BodyOf<Routes['POST /subscriptions']>;
export type WebhookPatch = BodyOf<Routes['PATCH /subscriptions/{id}']>;

/** A custom header in the form. A value that is stored already cannot be read; it stays as long as none is typed. */
export interface HeaderDraft {
  readonly key: number;
  readonly name: string;
  readonly value: string;
  readonly isStored: boolean;
}

/** What stands in the form: texts, as they were typed. */
export interface Draft {
  readonly url: string;
  readonly eventTypes: readonly string[];
  readonly description: string;
  readonly headers: readonly HeaderDraft[];
  readonly timeoutSeconds: string;
  readonly rateLimit: string;
  /** What the rate limit counts: the calls of a second, or of a minute. */
  readonly ratePer: '1' | '60';
}

export const emptyDraft: Draft = {
  url: '',
  eventTypes: [],
  description: '',
  headers: [],
  timeoutSeconds: '',
  rateLimit: '',
  ratePer: '1',
};

export function draftOf(webhook: Webhook): Draft {
  return {
    url: webhook.url,
    eventTypes: webhook.eventTypes,
    description: webhook.description,
    headers: Object.keys(webhook.headers).map((name, key) => ({ key, name, value: '', isStored: true })),
    timeoutSeconds: webhook.timeoutMs === undefined ? '' : String(webhook.timeoutMs / 1_000),
    rateLimit: webhook.rateLimit ? String(webhook.rateLimit.calls) : '',
    ratePer: webhook.rateLimit?.perSeconds === 60 ? '60' : '1',
  };
}

/** The body that creates a webhook. Numbers that are none go to the API as they are: it says what is wrong. */
export function toNewWebhook(draft: Draft): NewWebhook {
  const timeoutMs = millisecondsOf(draft.timeoutSeconds);
  const rateLimit = rateLimitOf(draft);
  return {
    url: draft.url.trim(),
    eventTypes: draft.eventTypes as NewWebhook['eventTypes'],
    description: draft.description.trim(),
    headers: Object.fromEntries(
      draft.headers.filter(isFilled).map(({ name, value }) => [name.trim(), value]),
    ),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(rateLimit ? { rateLimit } : {}),
  };
}

/** Only what differs from the stored webhook, so that a change of somebody else's is not undone. */
export function toPatch(draft: Draft, webhook: Webhook): WebhookPatch {
  const before = draftOf(webhook);
  const headers = toHeadersPatch(draft.headers, Object.keys(webhook.headers));
  const isSame = (name: 'url' | 'description' | 'timeoutSeconds' | 'rateLimit') =>
    draft[name].trim() === before[name];
  const isSameRate = isSame('rateLimit') && (draft.ratePer === before.ratePer || draft.rateLimit === '');
  const areTypesSame = [...draft.eventTypes].sort().join() === [...before.eventTypes].sort().join();
  return {
    ...(isSame('url') ? {} : { url: draft.url.trim() }),
    ...(areTypesSame ? {} : { eventTypes: draft.eventTypes as NewWebhook['eventTypes'] }),
    ...(isSame('description') ? {} : { description: draft.description.trim() }),
    ...(isSame('timeoutSeconds') ? {} : { timeoutMs: millisecondsOf(draft.timeoutSeconds) ?? null }),
    ...(isSameRate ? {} : { rateLimit: rateLimitOf(draft) ?? null }),
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
  };
}

/**
 * The form after somebody else has changed the webhook: what its owner has typed stays, and the rest is as it is now.
 */
export function rebaseDraft(draft: Draft, from: Webhook, onto: Webhook): Draft {
  const before: Draft = draftOf(from);
  const names = Object.keys(before) as (keyof Draft)[];
  const typed = names.filter((name) => JSON.stringify(draft[name]) !== JSON.stringify(before[name]));
  return { ...draftOf(onto), ...Object.fromEntries(typed.map((name) => [name, draft[name]])) };
}

/** The form after it was saved: what was typed while the answer was on its way stays. */
export function savedDraft(sent: Draft, draft: Draft, saved: Webhook): Draft {
  const names = Object.keys(sent) as (keyof Draft)[];
  const typed = names.filter((name) => draft[name] !== sent[name]);
  return { ...draftOf(saved), ...Object.fromEntries(typed.map((name) => [name, draft[name]])) };
}

/** As in RFC 7396: null removes a header, and one that is left out stays. */
function toHeadersPatch(
  drafts: readonly HeaderDraft[],
  stored: readonly string[],
): Record<string, string | null> {
  const names = drafts.map(({ name }) => name.trim().toLowerCase());
  const removed = stored
    .filter((name) => !names.includes(name.toLowerCase()))
    .map((name) => [name, null] as const);
  const written = drafts
    .filter(
      ({ value, isStored, ...header }) => isFilled({ ...header, value, isStored }) && (!isStored || value),
    )
    .map(({ name, value }) => [name.trim(), value] as const);
  return Object.fromEntries([...removed, ...written]);
}

function isFilled({ name, value }: HeaderDraft): boolean {
  return name.trim() !== '' || value !== '';
}

const wholeNumber = /^\d+$/;
const decimalNumber = /^\d+([.,]\d+)?$/;

/** A text that is no such number stays a text, so that the API refuses it. NaN would become null, which removes a limit. */
function numberOf(text: string, pattern: RegExp): number | undefined {
  const given = text.trim();
  if (given === '') return undefined;
  return pattern.test(given) ? Number(given.replace(',', '.')) : (given as unknown as number);
}

function rateLimitOf({ rateLimit, ratePer }: Draft): NewWebhook['rateLimit'] {
  const calls = numberOf(rateLimit, wholeNumber);
  return calls === undefined ? undefined : { calls, perSeconds: ratePer === '60' ? 60 : 1 };
}

function millisecondsOf(text: string): number | undefined {
  const seconds = numberOf(text, decimalNumber);
  return typeof seconds === 'number' ? Math.round(seconds * 1_000) : seconds;
}
