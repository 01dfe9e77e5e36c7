import { setTimeout } from 'node:timers/promises';
import { createAccountStore } from '../../adapters/dynamo-account-store.ts';
import { createStageStatusStore } from '../../adapters/dynamo-stage-status.ts';
import { createSubscriptionStore } from '../../adapters/dynamo-subscription-store.ts';
import { withDrain } from '../../core/subscriptions/holding.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { cacheMs } from '../support/stacks-under-fault.ts';
import { until } from '../support/until.ts';
import { callCounter } from './bad-receivers.ts';
import type { Fault, Trouble } from './fault.ts';
import { listsDue, type Subscriber, type World } from './world.ts';

/** Owners and operators who want no calls for a while, with everything on its way. */

/** How long somebody holds calls back; events come meanwhile. */
const pauseMs = 4_000;

/** From now until the end of what this returns, nothing is to be called. */
function expectQuiet(subscribers: readonly Subscriber[], untilMs?: number): () => void {
  const fromMs = Date.now() + cacheMs;
  const set = (endMs: number) => {
    for (const subscriber of subscribers)
      subscriber.evidence = { ...subscriber.evidence, quiet: [{ fromMs, untilMs: endMs }] };
  };
  if (untilMs !== undefined) set(untilMs);
  return () => set(Date.now());
}

/** Holds calls back while events come, and lets them go on. */
function holdBackFor(
  world: World,
  subscribers: readonly Subscriber[],
  { begin, end }: { begin(): Promise<void>; end(): Promise<void> },
): Trouble {
  let parked = 0;
  return {
    strikes: () => parked,
    async end() {
      await begin();
      const endQuiet = expectQuiet(subscribers);
      await world.publishMany();
      await setTimeout(pauseMs);
      const ids = new Set(subscribers.map(({ id }) => id));
      parked = (await world.readParked()).filter(({ subscriptionId }) => ids.has(subscriptionId)).length;
      endQuiet();
      await end();
    },
  };
}

async function change(
  { table }: World,
  { accountId, id }: Subscriber,
  alter: (seen: Subscription) => Subscription,
): Promise<void> {
  const store = createSubscriptionStore(table);
  for (;;) {
    const seen = await store.findSubscription(accountId, id);
    if (!seen) throw new Error(`there is no ${id}`);
    const next = withDrain(seen, alter(seen), new Date());
    if (await store.replaceSubscription(seen, { ...next, version: seen.version + 1 })) return;
  }
}

async function pause(world: World, subscriber: Subscriber, untilMs: number): Promise<void> {
  const by = { kind: 'operator' } as never;
  const given = { since: new Date().toISOString(), until: new Date(untilMs).toISOString(), by };
  await change(world, subscriber, (seen) => ({ ...seen, pause: given }));
}

async function resume(world: World, subscriber: Subscriber): Promise<void> {
  await change(world, subscriber, ({ pause: _, ...others }) => others);
}

/** Nothing that is due by time happens until the end of what this returns. */
function stopSweeper({ stacks }: World): () => void {
  return stacks.wire.table.layer(async (call) =>
    listsDue(call, 'subscriptions') || listsDue(call, 'deliveries')
      ? { status: 200, body: { Items: [], Count: 0 } }
      : call.forward(),
  );
}

export const pauses: readonly Fault[] = [
  {
    name: 'paused-by-owner',
    what: 'owners pause subscriptions, one of whose receivers is down, and resume them',
    begin(world) {
      const taken = world.take(3);
      const [first] = taken;
      if (first) world.behave(first, { statuses: [503] });
      return holdBackFor(world, taken, {
        async begin() {
          for (const one of taken) await pause(world, one, Date.now() + 3_600_000);
        },
        async end() {
          if (first) world.behave(first, {});
          for (const one of taken) await resume(world, one);
        },
      });
    },
  },
  {
    name: 'pause-ends-unwatched',
    what: 'a pause ends by itself while the sweeper is stopped, which comes back later',
    async begin(world) {
      const taken = world.take(2);
      let parked = 0;
      return {
        strikes: () => parked,
        async end() {
          const startSweeper = stopSweeper(world);
          const untilMs = Date.now() + pauseMs;
          for (const one of taken) await pause(world, one, untilMs);
          expectQuiet(taken, untilMs);
          await world.publishMany();
          await setTimeout(Math.max(0, untilMs + cacheMs - Date.now()));
          parked = (await world.readParked()).length;
          const callsSince = await callCounter(world, taken);
          await world.publish(taken.map(({ accountId }) => ({ accountId })));
          await until('what comes after the pause is delivered', async () => (await callsSince()) > 0);
          startSweeper();
        },
      };
    },
  },
  {
    name: 'account-paused',
    what: 'an operator stops all calls to an account, and lets them go on',
    begin(world) {
      const [accountId = ''] = world.accountIds;
      const accounts = createAccountStore(world.table);
      const taken = world.subscribers.filter((one) => one.accountId === accountId);
      return holdBackFor(world, taken, {
        begin: () => accounts.setAccountStatus(accountId, 'paused', new Date()),
        end: () => accounts.setAccountStatus(accountId, 'active', new Date()),
      });
    },
  },
  {
    name: 'stage-paused',
    what: 'an operator stops all calls of the stage, and lets them go on',
    begin(world) {
      const stage = createStageStatusStore(world.table);
      return holdBackFor(world, world.subscribers, {
        begin: () => stage.setStagePaused(true, new Date()),
        end: () => stage.setStagePaused(false, new Date()),
      });
    },
  },
];
