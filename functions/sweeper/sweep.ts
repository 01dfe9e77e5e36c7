import type { StageStatusLookup } from '../../core/accounts/stage-status.ts';
import type { DueIndex } from '../../core/deliveries/due-index.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
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
      ...range(deliveries).map((shard) =>
        sweepShard(() => dueIndex.listDueDeliveries(shard, now(), pageSize), sweepDeliveries),
      ),
      ...range(subscriptions).map((shard) =>
        sweepShard(() => dueIndex.listDueSubscriptions(shard, now(), pageSize), wakeAll),
      ),
    ]);
    for (const result of results) {
      if (result.status === 'rejected') telemetry.error('sweep.failed', { error: result.reason });
    }

    /** `handle` tells of how many it has got rid of. */
    async function sweepShard<Item>(
      list: () => Promise<readonly Item[]>,
      handle: (due: readonly Item[]) => Promise<number>,
    ): Promise<void> {
      while (remainingMs() > 10_000) {
        const due = await list();
        const handled = await handle(due);
        // Nothing of a full page was done. Either only the index still shows it, or AWS does not take what we write.
        if (due.length < pageSize || handled === 0) return;
      }
    }
  };

  async function wakeAll(due: readonly Subscription[]): Promise<number> {
    const results = await Promise.all(due.map(wakeSubscription));
    return results.filter(Boolean).length;
  }
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
