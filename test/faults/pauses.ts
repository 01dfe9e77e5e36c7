import { setTimeout } from 'node:timers/promises';
import { createAccountStore } from '../../adapters/dynamo-account-store.ts';
import type { WireCall } from '../../bench/wire-proxy.ts';
import { cacheMs } from '../support/stacks-under-fault.ts';
import { until } from '../support/until.ts';
import { callCounter } from './bad-receivers.ts';
import { type Fault, type Trouble, untilStruck } from './fault.ts';
import { expectQuiet, listsDue, type Subscriber, type World } from './world.ts';

/** Owners and operators who want no calls for a while, with everything on its way. */

/** How long somebody holds calls back; events come meanwhile. */
const pauseMs = 4_000;

/** From when on nothing is to be called. */
function quietFrom(): number {
  return Date.now() + cacheMs;
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
      const fromMs = quietFrom();
      await world.publishMany();
      await setTimeout(pauseMs);
      const ids = new Set(subscribers.map(({ id }) => id));
      parked = (await world.readParked()).filter(({ subscriptionId }) => ids.has(subscriptionId)).length;
      for (const subscriber of subscribers) expectQuiet(subscriber, fromMs, Date.now());
      await end();
    },
  };
}

async function pause({ owner, id }: Subscriber, untilMs: number): Promise<void> {
  await owner('POST', `/subscriptions/${id}/pause`, { until: new Date(untilMs).toISOString() });
}

async function resume({ owner, id }: Subscriber): Promise<void> {
  await owner('POST', `/subscriptions/${id}/resume`, {});
}

/** Nothing that is due by time happens until the end of what this returns. */
function stopSweeper({ stacks }: World): () => void {
  return stacks.wire.table.layer(async (call) =>
    listsDue(call, 'subscriptions') || listsDue(call, 'deliveries')
      ? { status: 200, body: { Items: [], Count: 0 } }
      : call.forward(),
  );
}

/** The subscription that it writes, as it is on the wire. */
function writtenBySweeper({ caller, operation, input }: WireCall): { id?: string; drain?: object } {
  if (!caller.includes('Sweeper') || operation !== 'PutItem') return {};
  const { id, drain } = input.Item.subscription?.M ?? {};
  return { id: id?.S, drain };
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
          for (const one of taken) await pause(one, Date.now() + 3_600_000);
        },
        async end() {
          if (first) world.behave(first, {});
          for (const one of taken) await resume(one);
        },
      });
    },
  },
  {
    name: 'pause-ends-unwatched',
    what: 'a pause ends by itself while the sweeper is stopped, which comes back later',
    isAlone: true,
    async begin(world) {
      const taken = world.take(2);
      let parked = 0;
      return {
        strikes: () => parked,
        async end() {
          const startSweeper = stopSweeper(world);
          const untilMs = Date.now() + pauseMs;
          for (const one of taken) await pause(one, untilMs);
          for (const one of taken) expectQuiet(one, quietFrom(), untilMs);
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
      const taken = world.subscribers.filter((one) => one.accountId === accountId);
      return holdBackFor(world, taken, {
        begin: () => world.switchCalls('pause', accountId),
        end: () => world.switchCalls('resume', accountId),
      });
    },
  },
  {
    name: 'parked-as-drain-ends',
    what: 'a delivery is parked between the last look of a drain and the write that ends it',
    isAlone: true,
    begin(world) {
      const [one] = world.take(1);
      if (!one) throw new Error('nobody to be drained');
      const parkAnother = async () => {
        const accounts = createAccountStore(world.table);
        await accounts.setAccountStatus(one.accountId, 'paused', new Date());
        await setTimeout(cacheMs);
        const [eventId] = await world.publish([{ accountId: one.accountId }]);
        await until('it is parked', async () => {
          const parked = await world.readParked();
          return parked.some((row) => row.eventId === eventId && row.subscriptionId === one.id);
        });
        await accounts.setAccountStatus(one.accountId, 'active', new Date());
        return 1;
      };
      let struck = 0;
      let isDraining = false;
      let parking: Promise<number> | undefined;
      world.stacks.wire.table.layer(async (call) => {
        const { id, drain } = writtenBySweeper(call);
        if (id !== one.id) return call.forward();
        if (isDraining && !drain) parking ??= parkAnother();
        isDraining ||= drain !== undefined;
        struck = (await parking) ?? 0;
        return call.forward();
      });
      return {
        strikes: () => struck,
        async end() {
          await pause(one, Date.now() + 3_600_000);
          await resume(one);
          await untilStruck(() => struck);
        },
      };
    },
  },
  {
    name: 'stage-paused',
    what: 'an operator stops all calls of the stage, and lets them go on',
    begin: (world) =>
      holdBackFor(world, world.subscribers, {
        begin: () => world.switchCalls('pause'),
        end: () => world.switchCalls('resume'),
      }),
  },
];
