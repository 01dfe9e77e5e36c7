import type { ItemOf, RouteAnswer } from '../api/route-shapes.ts';
import type { Tone } from '../design/status.tsx';
import { formats, texts } from '../i18n/i18n.ts';
import { sayAll } from '../i18n/say.ts';
import { now } from '../shell/clock.ts';
import type { Activity } from './activity.ts';

export type Webhook = ItemOf<'GET /subscriptions'>;
/** With how much is kept for it. */
export type WebhookDetail = RouteAnswer<'GET /subscriptions/{id}'>;

/** How a webhook does: what the API says of it, and what its latest calls came to. */
export type HealthState =
  | 'healthy'
  /** Has not answered 2xx yet. */
  | 'unproven'
  | 'shaky'
  | 'failing'
  /** Fails so often that its deliveries are kept, and one is tried now and then. */
  | 'down'
  /** Its receiver asked for fewer calls. */
  | 'throttled'
  /** What was kept is being sent. */
  | 'draining'
  /** By its owner, for a while. */
  | 'paused'
  /** Its receiver has not consented yet. */
  | 'pending'
  /** Gets no events, and its owner can mend it. */
  | 'broken'
  /** Disabled by iOmniHub. */
  | 'ended'
  | 'off';

/** The group by which the list is filtered. */
export type HealthGroup = 'working' | 'failing' | 'off';

export const toneOf: Readonly<Record<HealthState, Tone>> = {
  healthy: 'ok',
  unproven: 'warn',
  shaky: 'warn',
  failing: 'bad',
  down: 'bad',
  throttled: 'warn',
  draining: 'ok',
  paused: 'off',
  pending: 'warn',
  broken: 'bad',
  ended: 'bad',
  off: 'off',
};

export const groupOf: Readonly<Record<HealthState, HealthGroup>> = {
  healthy: 'working',
  unproven: 'working',
  shaky: 'failing',
  failing: 'failing',
  down: 'failing',
  throttled: 'working',
  draining: 'working',
  paused: 'off',
  pending: 'working',
  broken: 'failing',
  ended: 'failing',
  off: 'off',
};

type Holding = Pick<Webhook, 'breaker' | 'throttledUntil' | 'drain'>;

export function healthOf(
  { status, health, ...holding }: Pick<Webhook, 'status' | 'health'> & Holding,
  activity?: Activity,
): HealthState {
  switch (health.level) {
    case 'off':
      return 'off';
    case 'waiting':
      return 'pending';
    case 'paused':
      return 'paused';
    case 'problem':
      if (status === 'disabled') return 'ended';
      return holding.breaker ? 'down' : 'broken';
    case 'warning':
    case 'ok':
      return (
        stateOfHolding(holding) ?? stateOfCalls(activity) ?? (health.level === 'ok' ? 'healthy' : 'unproven')
      );
    default:
      return health.level satisfies never;
  }
}

/** While it catches up, the calls that failed before do not count any more. */
function stateOfHolding({ throttledUntil, drain }: Holding): 'throttled' | 'draining' | undefined {
  if (throttledUntil) return 'throttled';
  return drain ? 'draining' : undefined;
}

/** The latest hour with calls counts: what failed this morning and works now is mended. */
function stateOfCalls(activity: Activity | undefined): 'shaky' | 'failing' | undefined {
  const latest = activity?.bars.findLast(({ delivered, failed }) => delivered + failed > 0);
  if (!latest || latest.failed === 0) return undefined;
  if (latest.delivered === 0) return 'failing';
  return latest.failed / (latest.failed + latest.delivered) > 0.1 ? 'shaky' : undefined;
}

/** True while deliveries are kept, so that its owner has to see why, and what to do. */
export function isHolding(state: HealthState): boolean {
  return state === 'down' || state === 'throttled' || state === 'paused' || state === 'ended';
}

/** The state in sentences, with what to do. */
export function explainHealth({ health }: Webhook, state: HealthState): string {
  const { webhooks: t } = texts();
  if (state === 'failing') return t.failingText;
  if (state === 'shaky') return t.shakyText;
  return sayAll(health.sentences);
}

/** The few words below the status. */
export function noteOf({ paused, breaker, throttledUntil }: Webhook, state: HealthState): string {
  const { webhooks: t } = texts();
  const { shortTime } = formats();
  const until = (at: string) => t.until(shortTime(new Date(at), now.value));
  if (state === 'paused' && paused) return until(paused.until);
  if (state === 'throttled' && throttledUntil) return until(throttledUntil);
  if (state === 'down' && breaker?.nextCallAt)
    return t.nextCall(shortTime(new Date(breaker.nextCallAt), now.value));
  return t.states[state].note;
}

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
