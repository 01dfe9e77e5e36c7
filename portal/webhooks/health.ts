import type { ItemOf } from '../api/route-shapes.ts';
import type { Tone } from '../design/status.tsx';
import type { Activity } from './activity.ts';

export type Webhook = ItemOf<'GET /subscriptions'>;
export type HealthLevel = Webhook['health']['level'];

/** The group by which the list is filtered. */
export type HealthGroup = 'working' | 'failing' | 'off';

export const toneOf: Readonly<Record<HealthLevel, Tone>> = {
  ok: 'ok',
  waiting: 'warn',
  warning: 'warn',
  problem: 'bad',
  off: 'off',
};

export const groupOf: Readonly<Record<HealthLevel, HealthGroup>> = {
  ok: 'working',
  waiting: 'working',
  warning: 'failing',
  problem: 'failing',
  off: 'off',
};

/** The share of calls that were answered 2xx. Undefined if there was none. */
export function successRate({ delivered, failedAttempts }: Activity): number | undefined {
  const calls = delivered + failedAttempts;
  return calls === 0 ? undefined : delivered / calls;
}

/** What a webhook is called on the page: the host of its URL. */
export function hostOf({ url }: Pick<Webhook, 'url'>): string {
  return URL.parse(url)?.host ?? url;
}

/** True if each word of a search stands somewhere in what the page shows of a webhook. */
export function matches(webhook: Webhook, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const text = [webhook.url, webhook.description, webhook.id, ...webhook.eventTypes].join(' ').toLowerCase();
  return words.every((word) => text.includes(word));
}
