import type { AccountStatusLookup } from '../../core/accounts/account-store.ts';
import type { ExhaustedCount, ParkedDeliveries } from '../../core/deliveries/parked-deliveries.ts';
import { toldOfExhausted } from '../../core/subscriptions/exhaustion.ts';
import { withNotice } from '../../core/subscriptions/outbox.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { SubscriptionLookup, SubscriptionWriter } from '../../core/subscriptions/subscription-store.ts';
import { passTime } from '../../core/subscriptions/wake.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import { reportChanges } from '../receivers/report-changes.ts';
import { createDraining, type DrainingDeps } from './drain-subscription.ts';
import { idle, type Planned } from './planned.ts';
import { createProbing, type ProbingDeps } from './probe-receiver.ts';
import { createNoticeSending, type NoticeSendingDeps } from './send-notices.ts';

export interface WakingDeps extends DrainingDeps, ProbingDeps, NoticeSendingDeps {
  readonly subscriptions: SubscriptionLookup & SubscriptionWriter;
  readonly accounts: AccountStatusLookup;
  readonly parked: ParkedDeliveries;
  readonly exhaustedCount: Pick<ExhaustedCount, 'readExhausted' | 'subtractExhausted'>;
  readonly telemetry: Telemetry;
  readonly randomBytes: (size: number) => Buffer;
  readonly now: () => Date;
}

const maxTries = 3;

/**
 * Does for a subscription what is due by time: ends pauses, probes its receiver, releases what is parked, tells its owner.
 * The subscription is written first, so that of two sweeps only one does it. A crash after that is made good by a later one: a
 * probe counts as lost after a while, and a drain ends only once nothing is parked any more.
 */
export function createWaking(deps: WakingDeps) {
  const { subscriptions, accounts, exhaustedCount, telemetry, now } = deps;
  const planDrain = createDraining(deps);
  const planProbe = createProbing(deps);
  const sendNotices = createNoticeSending(deps);

  /** Returns false if nothing was done. Never rejects: one subscription must not stop the others. */
  return async function wakeSubscription(due: Subscription): Promise<boolean> {
    const { accountId, id: subscriptionId } = due;
    try {
      // Calls write to a subscription as well, and one that has many must not wait a minute for each try.
      let seen: Subscription | undefined = due;
      for (let tries = 0; seen && tries < maxTries; tries += 1) {
        const done = await wake(seen);
        if (done !== undefined) return done;
        seen = await subscriptions.findSubscription(accountId, subscriptionId);
      }
    } catch (error) {
      telemetry.error('sweep.failed', { accountId, subscriptionId, error });
    }
    return false;
  };

  /** True if something was done. Undefined if somebody else has written the subscription meanwhile. */
  async function wake(seen: Subscription): Promise<boolean | undefined> {
    const isPaused = (await accounts.findAccountStatus(seen.accountId)) === 'paused';
    const told = await planTelling(passTime(seen, now()));
    const probed = isPaused ? idle(told.subscription) : await planProbe(told.subscription);
    const drained = await planDrain(probed.subscription, isPaused);
    const written = await write(seen, drained.subscription);
    if (!written) return undefined;
    await told.work();
    await probed.work();
    await drained.work();
    const isTold = await sendNotices(written);
    return written !== seen || isTold;
  }

  /** Undefined if somebody else has written it meanwhile: then it is still due. */
  async function write(seen: Subscription, next: Subscription): Promise<Subscription | undefined> {
    if (next === seen) return seen;
    const written = { ...next, version: seen.version + 1 };
    if (!(await subscriptions.replaceSubscription(seen, written))) return undefined;
    reportChanges(telemetry, seen, written);
    return written;
  }

  /** Tells the owner how many deliveries ended undelivered. A crash before they are taken away tells of them again. */
  async function planTelling(seen: Subscription): Promise<Planned> {
    const { since, tellAt } = seen.exhaustion ?? {};
    if (since === undefined || tellAt === undefined || tellAt > now().toISOString()) return idle(seen);
    const of = { accountId: seen.accountId, subscriptionId: seen.id };
    const count = await exhaustedCount.readExhausted(of);
    const next = { ...seen, exhaustion: toldOfExhausted(now()) };
    const data = { since, count: Math.max(1, count) };
    return {
      subscription: withNotice(next, 'webhook.delivery.exhausted', data, now()),
      work: () => exhaustedCount.subtractExhausted(of, count),
    };
  }
}
