import type { AccountStatusLookup } from '../../core/accounts/account-store.ts';
import type { ExhaustedCount, ParkedDeliveries } from '../../core/deliveries/parked-deliveries.ts';
import { toldOfExhausted } from '../../core/subscriptions/exhaustion.ts';
import { withNotice } from '../../core/subscriptions/outbox.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { SubscriptionWriter } from '../../core/subscriptions/subscription-store.ts';
import { passTime } from '../../core/subscriptions/wake.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import { reportChanges } from '../receivers/report-changes.ts';
import { createDraining, type DrainingDeps } from './drain-subscription.ts';
import { idle } from './planned.ts';
import { createProbing, type ProbingDeps } from './probe-receiver.ts';
import { createNoticeSending, type NoticeSendingDeps } from './send-notices.ts';

export interface WakingDeps extends DrainingDeps, ProbingDeps, NoticeSendingDeps {
  readonly subscriptions: SubscriptionWriter;
  readonly accounts: AccountStatusLookup;
  readonly parked: ParkedDeliveries;
  readonly exhaustedCount: Pick<ExhaustedCount, 'takeExhausted'>;
  readonly telemetry: Telemetry;
  readonly randomBytes: (size: number) => Buffer;
  readonly now: () => Date;
}

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
  return async function wakeSubscription(seen: Subscription): Promise<boolean> {
    try {
      const timely = await tellExhausted(passTime(seen, now()));
      const isPaused = (await accounts.findAccountStatus(seen.accountId)) === 'paused';
      const probed = isPaused ? idle(timely) : await planProbe(timely);
      const drained = await planDrain(probed.subscription, isPaused);
      const written = await write(seen, drained.subscription);
      if (!written) return false;
      await probed.work();
      await drained.work();
      const isTold = await sendNotices(written);
      return written !== seen || isTold;
    } catch (error) {
      const { accountId, id: subscriptionId } = seen;
      telemetry.error('sweep.failed', { accountId, subscriptionId, error });
      return false;
    }
  };

  /** Undefined if somebody else has written it meanwhile: then it is still due. */
  async function write(seen: Subscription, next: Subscription): Promise<Subscription | undefined> {
    if (next === seen) return seen;
    const written = { ...next, version: seen.version + 1 };
    if (!(await subscriptions.replaceSubscription(seen, written))) return undefined;
    reportChanges(telemetry, seen, written);
    return written;
  }

  /** The count begins again before the subscription is written. If that fails, the owner hears of fewer. */
  async function tellExhausted(seen: Subscription): Promise<Subscription> {
    const { since, tellAt } = seen.exhaustion ?? {};
    if (since === undefined || tellAt === undefined || tellAt > now().toISOString()) return seen;
    const count = await exhaustedCount.takeExhausted({ accountId: seen.accountId, subscriptionId: seen.id });
    const next = { ...seen, exhaustion: toldOfExhausted(now()) };
    return withNotice(next, 'webhook.delivery.exhausted', { since, count: Math.max(1, count) }, now());
  }
}
