import { type CallLimit, sharedLimit, strictLimit } from '../rate-limit.ts';
import { hostOf, type Subscription } from '../subscriptions/subscription.ts';
import type { ReservedTurn } from './delivery.ts';

export interface LimitSettings {
  /** Calls per second to all receivers of one account together. */
  readonly accountRatePerSecond: number;
  /** Calls per second to one host, from all accounts together. */
  readonly hostRatePerSecond: number;
}

/** The limits of one callback, in the order in which it reserves turns. */
export function callbackLimits(subscription: Subscription, settings: LimitSettings): CallLimit[] {
  const { accountId, id, rateLimitPerSecond, receiver } = subscription;
  const host = hostOf(subscription);
  const { accountRatePerSecond, hostRatePerSecond } = settings;
  return [
    ...(rateLimitPerSecond ? [strictLimit('subscription', `${accountId} ${id}`, rateLimitPerSecond)] : []),
    receiver.provenAt
      ? // Half of the host's rate: one account alone cannot hold up the others' callbacks to the same host.
        sharedLimit('account-at-host', `${accountId} ${host}`, Math.max(1, Math.floor(hostRatePerSecond / 2)))
      : unprovenAddress(accountId, host),
    sharedLimit('account', accountId, accountRatePerSecond),
    sharedLimit('host', host, hostRatePerSecond),
  ];
}

/**
 * The limits at which a delivery still has to reserve a turn. It keeps the turns that it has reserved.
 *
 * If it comes more than `lateMs` after its turn, it reserves once more at the same limits, but in buckets that only
 * late deliveries share. If late deliveries went through at once, a queue that was held up would end in a flood. If
 * they had to line up behind everybody again, a queue that stays late would never deliver them. A turn from such a
 * bucket stays valid however late the delivery comes.
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

/**
 * The limits of a call that an API request asks for. Such a call never waits; a request above a limit is refused at
 * once.
 */
export function requestedCallLimits(
  { accountId, url }: Pick<Subscription, 'accountId' | 'url'>,
  { hostRatePerSecond }: LimitSettings,
): CallLimit[] {
  const host = hostOf({ url });
  const limits = [unprovenAddress(accountId, host), sharedLimit('host', host, hostRatePerSecond)];
  return limits.map((limit) => ({ ...limit, maxWaitMs: 0 }));
}

/** The limits on deliveries that API requests ask for. Their calls still have to pass all limits of callbacks. */
export function requestedDeliveryLimits({
  accountId,
  url,
}: Pick<Subscription, 'accountId' | 'url'>): CallLimit[] {
  const limits = [
    strictLimit('requested-by-account', accountId, 10),
    strictLimit('requested-at-host', hostOf({ url }), 20),
  ];
  return limits.map((limit) => ({ ...limit, maxWaitMs: 0 }));
}

/** An address that has never answered 2xx may belong to somebody who never asked for our calls. */
function unprovenAddress(accountId: string, host: string): CallLimit {
  return strictLimit('unproven-address', `${accountId} ${host}`, 1);
}
