import type { ReservedTurn } from './delivery.ts';
import type { Subscription } from './subscription.ts';

/** What keeps a call waiting: log field and metric. Narrow ones first: who waits there takes nothing from the wide. */
export type LimitName =
  | 'subscription'
  | 'unproven-address'
  | 'account-at-host'
  | 'account'
  | 'host'
  | 'api'
  | 'asked-by-account'
  | 'asked-at-host';

/**
 * At most `perSecond` calls in any second that begins idle, and as many in each second after it (a generic cell rate
 * algorithm whose burst is one second's worth: https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm).
 */
export interface CallLimit {
  readonly name: LimitName;
  /** Who shares the limit, such as one host's callers of all accounts. */
  readonly bucket: string;
  readonly perSecond: number;
  /** Calls a second that each sandbox makes without a word to the others: what few calls reach needs no write. */
  readonly freePerSecond: number;
  /** Turns are given out for so long ahead. */
  readonly maxWaitMs: number;
}

export interface LimitSettings {
  /** Of all receivers of one account together. */
  readonly accountRatePerSecond: number;
  /** Of one receiver's host, from all accounts together. */
  readonly hostRatePerSecond: number;
}

/** No further than a message can be delayed; who finds more before it comes back later. */
export const maxTurnWaitMs = 900_000;

/** The limits of one callback, in the order in which they are to be asked. */
export function callbackLimits(subscription: Subscription, settings: LimitSettings): CallLimit[] {
  const { accountId, id, rateLimitPerSecond, provenAt } = subscription;
  const host = URL.parse(subscription.url)?.host ?? '';
  const { accountRatePerSecond, hostRatePerSecond } = settings;
  return [
    ...(rateLimitPerSecond ? [strict('subscription', `${accountId} ${id}`, rateLimitPerSecond)] : []),
    provenAt
      ? // Half of the host: one account alone cannot keep the others' callbacks to the same host waiting.
        shared('account-at-host', `${accountId} ${host}`, Math.max(1, Math.floor(hostRatePerSecond / 2)))
      : unprovenAddress(accountId, host),
    shared('account', accountId, accountRatePerSecond),
    shared('host', host, hostRatePerSecond),
  ];
}

/**
 * Those that a delivery has yet to ask. Who comes later than `lateMs` after its turn waits at the same limits once more,
 * behind others that are late: let through at once, what a queue has held up would be a flood, and behind everybody, a
 * queue that stays late would keep it for ever. What that gives it holds however late it comes.
 */
export function limitsAhead(
  limits: readonly CallLimit[],
  turn: ReservedTurn | undefined,
  now: Date,
  lateMs: number,
): CallLimit[] {
  if (!turn) return [...limits];
  const { at, passed } = turn;
  const isLate = now.getTime() - Date.parse(at) > lateMs;
  return limits
    .map((limit) => (isLate && passed.includes(limit.bucket) ? overdue(limit) : limit))
    .filter(({ bucket }) => !passed.includes(bucket));
}

function overdue(limit: CallLimit): CallLimit {
  return { ...limit, bucket: `overdue ${limit.bucket}` };
}

/** The limits of a call that a request to the API asks for: whoever is over them is told so at once. */
export function requestedCallLimits(
  { accountId, url }: Pick<Subscription, 'accountId' | 'url'>,
  { hostRatePerSecond }: LimitSettings,
): CallLimit[] {
  const host = URL.parse(url)?.host ?? '';
  const limits = [unprovenAddress(accountId, host), shared('host', host, hostRatePerSecond)];
  return limits.map((limit) => ({ ...limit, maxWaitMs: 0 }));
}

/** Deliveries that requests to the API ask for; their calls have all limits of callbacks yet to pass. */
export function askedDeliveryLimits({
  accountId,
  url,
}: Pick<Subscription, 'accountId' | 'url'>): CallLimit[] {
  const limits = [
    strict('asked-by-account', accountId, 10),
    strict('asked-at-host', URL.parse(url)?.host ?? '', 20),
  ];
  return limits.map((limit) => ({ ...limit, maxWaitMs: 0 }));
}

/** Requests to the API: beyond them, one account's cost no more than an answer. */
export function requestLimits(accountId: string): CallLimit[] {
  return [{ ...shared('api', accountId, 50), freePerSecond: 5, maxWaitMs: 0 }];
}

/** An address that has never answered 2xx may be somebody's who never asked for calls. */
function unprovenAddress(accountId: string, host: string): CallLimit {
  return strict('unproven-address', `${accountId} ${host}`, 1);
}

function strict(name: LimitName, sharers: string, perSecond: number): CallLimit {
  return { name, bucket: `${name} ${sharers}`, perSecond, freePerSecond: 0, maxWaitMs: maxTurnWaitMs };
}

function shared(name: LimitName, sharers: string, perSecond: number): CallLimit {
  const freePerSecond = Math.max(1, Math.floor(perSecond / 100));
  return { name, bucket: `${name} ${sharers}`, perSecond, freePerSecond, maxWaitMs: maxTurnWaitMs };
}

/** Between two calls of a bucket that is never idle. */
export function intervalMs({ perSecond }: Pick<CallLimit, 'perSecond'>): number {
  return 1_000 / perSecond;
}

/** When the call may be made whose token is the one at `index` of a row of tokens that starts at `startMs`. */
export function turnMs(limit: CallLimit, startMs: number, index: number, nowMs: number): number {
  // What was idle for a second has a whole second's worth to give at once.
  const burstMs = 1_000 - intervalMs(limit);
  return Math.max(nowMs, startMs + index * intervalMs(limit) - burstMs);
}
