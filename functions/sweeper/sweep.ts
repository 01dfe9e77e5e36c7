import type { StageStatusLookup } from '../../core/accounts/stage-status.ts';
import type { DueIndex } from '../../core/deliveries/due-index.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { wakeAtOf } from '../../core/subscriptions/wake-time.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import { createDeliverySweep, type DeliverySweepDeps } from './sweep-deliveries.ts';
import { createWaking, type WakingDeps } from './wake-subscription.ts';

export interface SweeperDeps extends DeliverySweepDeps, WakingDeps {
  readonly dueIndex: DueIndex;
  readonly stageStatus: StageStatusLookup;
  readonly telemetry: Telemetry;
  readonly deliveries: DeliverySweepDeps['deliveries'];
  readonly now: () => Date;
}

/** So many are taken up together. After a crash, these alone are late. */
const pageSize = 100;
const wokenTogether = 2;

/** With less time left, nothing is begun. */
const marginMs = 10_000;

/** Does what is due by time: sends deliveries to the retry queue, and lets subscriptions go on. */
export function createSweeper(deps: SweeperDeps) {
  const { dueIndex, stageStatus, telemetry, now } = deps;
  const startSweep = createDeliverySweep(deps);
  const wakeSubscription = createWaking(deps);

  /** Called by AWS once a minute. `remainingMs` tells how much time is left. The rest waits for the next sweep. */
  return async function sweep(remainingMs: () => number): Promise<void> {
    // Nothing that is sent would be called. All of it is still due afterwards.
    if (await stageStatus.isStagePaused()) return telemetry.warn('stage.paused', {});
    const sweepDeliveries = startSweep();
    const { deliveries, subscriptions } = dueIndex.shards;
    const results = await Promise.allSettled([
      ...range(deliveries).map(sweepDeliveriesOf),
      ...range(subscriptions).map(wakeSubscriptionsOf),
    ]);
    for (const result of results) {
      if (result.status === 'rejected') telemetry.error('sweep.failed', { error: result.reason });
    }

    /** Each may release thousands of deliveries, so a few are woken at a time. */
    async function wakeAll(due: readonly Subscription[]): Promise<number> {
      const results: boolean[] = [];
      for (let at = 0; at < due.length && remainingMs() > marginMs; at += wokenTogether)
        results.push(...(await Promise.all(due.slice(at, at + wokenTogether).map(wakeSubscription))));
      return results.filter(Boolean).length;
    }

    async function sweepDeliveriesOf(shard: number): Promise<void> {
      while (remainingMs() > marginMs) {
        const due = await dueIndex.listDueDeliveries(shard, now(), pageSize);
        const sent = await sweepDeliveries(due);
        // Nothing of a full page was done. Either only the index still shows it, or AWS does not take what we write.
        if (due.length < pageSize || sent === 0) return;
      }
    }

    /** Some stay due for a while, such as those of a paused account. They must not hide those behind them. */
    async function wakeSubscriptionsOf(shard: number): Promise<void> {
      let after = '';
      while (remainingMs() > marginMs) {
        const at = now();
        const due = await dueIndex.listDueSubscriptions(shard, at, pageSize, after);
        const woken = await wakeAll(due);
        // One that has changed meanwhile may be due later than all that are listed.
        const isListed = (time: string | undefined) => time !== undefined && time <= at.toISOString();
        const lastAt = due.map(wakeAtOf).findLast(isListed) ?? '';
        if (due.length < pageSize || (woken === 0 && lastAt <= after)) return;
        if (woken === 0) after = lastAt;
      }
    }
  };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
