import { type CallLimit, sharedLimit, strictLimit } from '../rate-limit.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import type { ReservedTurn } from './delivery.ts';

export interface LimitSettings {
  /** Of all receivers of one account together. */
  readonly accountRatePerSecond: number;
  /** Of one receiver's host, from all accounts together. */
  readonly hostRatePerSecond: number;
}

/** The limits of one callback, in the order in which they are to be asked. */
export function callbackLimits(subscription: Subscription, settings: LimitSettings): CallLimit[] {
  const { accountId, id, rateLimitPerSecond, receiver } = subscription;
  const host = URL.parse(subscription.url)?.host ?? '';
  const { accountRatePerSecond, hostRatePerSecond } = settings;
  return [
    ...(rateLimitPerSecond ? [strictLimit('subscription', `${accountId} ${id}`, rateLimitPerSecond)] : []),
    receiver.provenAt
      ? // Half of the host: one account alone cannot keep the others' callbacks to the same host waiting.
        sharedLimit('account-at-host', `${accountId} ${host}`, Math.max(1, Math.floor(hostRatePerSecond / 2)))
      : unprovenAddress(accountId, host),
    sharedLimit('account', accountId, accountRatePerSecond),
    sharedLimit('host', host, hostRatePerSecond),
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
  const limits = [unprovenAddress(accountId, host), sharedLimit('host', host, hostRatePerSecond)];
  return limits.map((limit) => ({ ...limit, maxWaitMs: 0 }));
}

/** Deliveries that requests to the API ask for; their calls have all limits of callbacks yet to pass. */
export function askedDeliveryLimits({
  accountId,
  url,
}: Pick<Subscription, 'accountId' | 'url'>): CallLimit[] {
  const limits = [
    strictLimit('asked-by-account', accountId, 10),
    strictLimit('asked-at-host', URL.parse(url)?.host ?? '', 20),
  ];
  return limits.map((limit) => ({ ...limit, maxWaitMs: 0 }));
}

/** An address that has never answered 2xx may be somebody's who never asked for calls. */
function unprovenAddress(accountId: string, host: string): CallLimit {
  return strictLimit('unproven-address', `${accountId} ${host}`, 1);
}
