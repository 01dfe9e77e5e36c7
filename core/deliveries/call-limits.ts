import { getDomain } from 'tldts';
import { type CallLimit, intervalMs, maxTurnWaitMs, sharedLimit, strictLimit } from '../rate-limit.ts';
import { isProvenAt } from '../receivers/proof.ts';
import { hostOf, type Subscription } from '../subscriptions/subscription.ts';
import type { ReservedTurn } from './delivery.ts';

export interface LimitSettings {
  /** Calls per second to all receivers of one account together. */
  readonly accountRatePerSecond: number;
  /** Calls per second to one host, from all accounts together. */
  readonly hostRatePerSecond: number;
  /** How many deliverers may run at a time for each of their two queues. */
  readonly maxDeliverers: number;
}

/** What is known of a receiver's host right before a call. */
export interface KnownHost {
  /** The addresses that the call may try, in that order. Empty if the name has none. */
  readonly addresses: readonly string[];
  /** How many accounts wait for each other at the host. */
  readonly contenders: number;
}

/** Many hosts of many owners may share a domain or an address, so these get more than one host does. */
const sharedHostsFactor = 5;

/** The limits of one callback, in the order in which it reserves turns. */
export function callbackLimits(
  subscription: Subscription,
  settings: LimitSettings,
  { addresses, contenders }: KnownHost,
): CallLimit[] {
  const { accountId, receiver } = subscription;
  const ownLimit = limitOfOwner(subscription);
  const { accountRatePerSecond, hostRatePerSecond } = settings;
  const shared = (name: 'account' | 'host' | 'domain' | 'address', sharers: string, perSecond: number) =>
    sharedLimit(name, sharers, perSecond, sandboxesOf(settings));
  const [address] = addresses;
  return [
    ...(ownLimit ? [ownLimit] : []),
    ...(isProvenAt(receiver, addresses)
      ? [shareOfHost(subscription, settings, contenders)]
      : unprovenAddresses(subscription, addresses)),
    shared('account', accountId, accountRatePerSecond),
    shared('host', hostOf(subscription), hostRatePerSecond),
    shared('domain', domainOf(subscription), hostRatePerSecond * sharedHostsFactor),
    ...(address ? [shared('address', address, hostRatePerSecond * sharedHostsFactor)] : []),
  ];
}

/** How far ahead the owner's own limit is reserved at least, in milliseconds. */
const ownReachMs = 60_000;

/**
 * The limit that the owner has set. Its bucket is named by the limit, so after a change all deliveries ask anew, and its
 * turns are not far ahead, so those that wait for the old limit come back soon. Two are always within reach.
 *
 * The calls of a minute are spread over it. An owner who asks for 30 a minute has a receiver that does not bear all of
 * them at once; a second's worth comes together, as with any limit, or one call if that is less.
 */
export function limitOfOwner({ accountId, id, rateLimit }: Subscription): CallLimit | undefined {
  if (!rateLimit) return undefined;
  const { calls, perSeconds } = rateLimit;
  const limit = strictLimit('subscription', `${accountId} ${id} ${calls}/${perSeconds}s`, calls / perSeconds);
  return { ...limit, maxWaitMs: Math.min(maxTurnWaitMs, Math.max(ownReachMs, 2 * intervalMs(limit))) };
}

/**
 * What one account gets of a host: half, so that a single account never holds up the others, or less while more than
 * two accounts wait there.
 */
export function shareOfHost(
  subscription: Pick<Subscription, 'accountId' | 'url'>,
  settings: LimitSettings,
  contenders: number,
): CallLimit {
  const perSecond = Math.max(1, Math.floor(settings.hostRatePerSecond / Math.max(2, contenders)));
  const sharers = `${subscription.accountId} ${hostOf(subscription)}`;
  return sharedLimit('account-at-host', sharers, perSecond, sandboxesOf(settings));
}

/**
 * The limits of a probe. Its breaker makes sure that it comes alone and seldom, so it need not line up behind deliveries that
 * reserved their turns before the breaker opened. An address that may be a stranger's still gets one a second.
 */
export function limitsOfProbe(limits: readonly CallLimit[]): CallLimit[] {
  return limits
    .filter(({ name }) => name !== 'subscription' && name !== 'account-at-host')
    .map((limit) =>
      limit.name === 'unproven-address' ? { ...limit, bucket: `probe ${limit.bucket}` } : limit,
    );
}

/** The part of a second's worth of a host that accounts within their share find free, in milliseconds. */
const keptForQuietMs = 500;

/** How far beyond the free part the last call of a batch may lie, in milliseconds. */
const batchWaitMs = 1_000;

/** A host's limit for calls that have waited for their account's share: they yield to calls that need not wait. */
function yielding(host: CallLimit): CallLimit {
  return { ...host, maxWaitMs: batchWaitMs, yieldsMs: batchWaitMs + keptForQuietMs };
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
  const hasWaitedForShare = limits.some(
    ({ name, bucket }) => name === 'account-at-host' && passed.includes(bucket),
  );
  return limits
    .map((limit) => {
      if (passed.includes(limit.bucket)) return isLate ? overdue(limit) : limit;
      return limit.name === 'host' && hasWaitedForShare ? yielding(limit) : limit;
    })
    .filter(({ bucket }) => !passed.includes(bucket));
}

function overdue(limit: CallLimit): CallLimit {
  return { ...limit, bucket: `overdue ${limit.bucket}` };
}

/** The limits on verifications that API requests ask for. A request above one is refused at once. */
export function verificationLimits(subscription: Pick<Subscription, 'accountId' | 'url'>): CallLimit[] {
  const sharers = `${subscription.accountId} ${hostOf(subscription)}`;
  return [
    { ...strictLimit('verification', sharers, 1), maxWaitMs: 0 },
    ...requestedDeliveryLimits(subscription),
  ];
}

/** The limits on drills. One of them makes a dozen calls. */
export function drillLimits(subscription: Pick<Subscription, 'accountId' | 'url'>): CallLimit[] {
  const sharers = `${subscription.accountId} ${hostOf(subscription)}`;
  return [{ ...strictLimit('drill', sharers, 0.1), maxWaitMs: 0 }, ...requestedDeliveryLimits(subscription)];
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

/**
 * An address that has never answered 2xx may belong to somebody who never asked for our calls. Its owner sees addresses
 * and not names, so all names of one address, and all of one domain, get one call a second together.
 */
function unprovenAddresses(
  subscription: Pick<Subscription, 'accountId' | 'url'>,
  addresses: readonly string[],
): CallLimit[] {
  const places = new Set([...addresses, domainOf(subscription)]);
  return [...places].map((place) => strictLimit('unproven-address', `${subscription.accountId} ${place}`, 1));
}

/** The domain that somebody has registered, such as example.co.uk, or the host itself if it belongs to none. */
function domainOf({ url }: Pick<Subscription, 'url'>): string {
  const name = URL.parse(url)?.hostname ?? '';
  // Of a hosting service such as github.io, each customer has a domain.
  return getDomain(name, { allowPrivateDomains: true }) ?? name;
}

/** The sandboxes that make callbacks at a time. */
function sandboxesOf({ maxDeliverers }: LimitSettings): number {
  return 2 * maxDeliverers;
}
