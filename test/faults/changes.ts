import { setTimeout } from 'node:timers/promises';
import { alterEnvironment, cacheMs } from '../support/stacks-under-fault.ts';
import { type Fault, neverHeldBack, type Trouble } from './fault.ts';
import { synthesizePatched } from './patched-product.ts';
import type { Item } from './readings.ts';
import { settlingMs } from './receptions.ts';
import type { Subscriber, World } from './world.ts';

/** What people and deployments change while deliveries are on their way, and clocks that are off. */

/** A change counts from then on, as the API answered. */
function effectiveAtMs(answer: Readonly<Record<string, unknown>>): number {
  return Date.parse(String(answer['effectiveAt']));
}

function endAt(subscriber: Subscriber, endAskedAtMs: number, endedAtMs: number): void {
  subscriber.evidence = { ...subscriber.evidence, endAskedAtMs, endedAtMs, isHeldBack: false };
}

const tenMinutesMs = 600_000;

/** In which an old secret goes on to sign. */
const overlapSeconds = 60;

/** Every sweep repeats a call until it is recorded, and how long that takes is the machine's affair: nothing bounds it. */
const noLease = { repeatedCalls: Number.POSITIVE_INFINITY, unrecordedCalls: 2 };

/** The function's own clock, from its first line on. */
function clockOffBy(ms: number, functionName: 'Deliverer' | 'Sweeper'): Pick<Fault, 'alterStacks' | 'begin'> {
  const preload = new URL('shifted-clock.ts', import.meta.url).href;
  return {
    begin: (world) => failSomeWhileClockIsOff(world, ms),
    alterStacks: (synthesized) =>
      alterEnvironment(synthesized, functionName, (variables) => ({
        ...variables,
        NODE_OPTIONS: `${variables['NODE_OPTIONS']} --import ${preload}`,
        CLOCK_SHIFT_MS: String(ms),
      })),
  };
}

const nextSchedule = '0,1,1,2';

/** By the attribute that it alone writes. */
function isOfNextVersion({ priority }: Item): boolean {
  return priority === 'of the next version';
}

export const changes: readonly Fault[] = [
  {
    name: 'published-twice',
    what: 'the helpdesk publishes events again: at once, and when they are delivered',
    begin(world) {
      let published = 0;
      const publishAgain = async () => {
        const again = [...world.published.values()].filter(({ body }) => body);
        published += again.length;
        await world.publish(again.map(({ accountId, id, type }) => ({ accountId, id, type })));
      };
      return {
        strikes: () => published,
        async end() {
          await publishAgain();
          await world.comeToRest();
          await publishAgain();
        },
      };
    },
  },
  {
    name: 'changed-between-retries',
    what: 'URL, secret and status of subscriptions change, and one is deleted, between two attempts',
    settings: { retryScheduleSeconds: '0,1,2,4,6,8' },
    begin(world) {
      const taken = world.take(4);
      for (const subscriber of taken) world.behave(subscriber, { statuses: [500, 500, 204] });
      const [moved, rotated, disabled, deleted] = taken;
      if (!moved || !rotated || !disabled || !deleted) throw new Error('too few subscriptions');
      // Still failing when their end counts: whoever goes on calling then is seen.
      for (const subscriber of [disabled, deleted]) world.behave(subscriber, { statuses: [500] });
      let changed = 0;
      return {
        strikes: () => changed,
        async end() {
          const asked = Date.now();
          const { url } = await moved.owner('GET', `/subscriptions/${moved.id}`);
          const movedUrl = `${String(url)}?moved`;
          const move = await moved.owner('PATCH', `/subscriptions/${moved.id}`, { url: movedUrl });
          const path = new URL(movedUrl).pathname + new URL(movedUrl).search;
          moved.evidence = { ...moved.evidence, moved: { path, atMs: effectiveAtMs(move) } };
          const askedToRotate = Date.now();
          const rotation = await rotated.owner('POST', `/subscriptions/${rotated.id}/secret/rotate`, {
            overlapSeconds,
          });
          const fromMs = effectiveAtMs(rotation);
          const secrets = [
            ...rotated.evidence.secrets.map((one) => ({
              ...one,
              untilMs: askedToRotate + overlapSeconds * 1_000,
            })),
            { text: String(rotation['secret']), fromMs },
          ];
          rotated.evidence = { ...rotated.evidence, secrets };
          const off = await disabled.owner('PATCH', `/subscriptions/${disabled.id}`, { status: 'disabled' });
          endAt(disabled, asked, effectiveAtMs(off));
          await deleted.owner('DELETE', `/subscriptions/${deleted.id}`);
          endAt(deleted, asked, Date.now() + cacheMs);
          changed = 4;
          await setTimeout(cacheMs);
          await world.publish(taken.map(({ accountId }) => ({ accountId })));
          // Then both secrets must sign.
          await setTimeout(Math.max(0, fromMs + settlingMs - Date.now()));
          await world.publish([{ accountId: rotated.accountId }]);
          // And then the old one no more.
          await setTimeout(Math.max(0, askedToRotate + overlapSeconds * 1_000 + settlingMs - Date.now()));
          await world.publish([{ accountId: rotated.accountId }]);
        },
      };
    },
  },
  {
    name: 'redriven',
    what: 'every delivery fails at every attempt; then all of them are redriven at once',
    settings: neverHeldBack,
    begin(world) {
      for (const subscriber of world.subscribers) world.behave(subscriber, { statuses: [503] });
      return {
        strikes: () => world.redriven.length,
        async end() {
          await world.comeToRest();
          const held = await world.readHeld();
          world.redriven.push(...held.filter(({ queue }) => queue.endsWith('-exhausted-deliveries')));
          for (const subscriber of world.subscribers) world.behave(subscriber, {});
          await world.redrive('exhausted-deliveries');
        },
      };
    },
  },
  {
    name: 'deliverer-clock-ahead',
    what: 'the deliverer’s clock is ahead by 10 minutes',
    ...clockOffBy(tenMinutesMs, 'Deliverer'),
    // For ten minutes nobody would ask whether a receiver works again that fails.
    isAlone: true,
    excuses: { clockOffMs: tenMinutesMs },
  },
  {
    name: 'deliverer-clock-behind',
    what: 'the deliverer’s clock is behind by 10 minutes: all that it postpones is due at once',
    ...clockOffBy(-tenMinutesMs, 'Deliverer'),
    // No lease holds: every sweep, twice a second, may repeat a call that is not recorded yet, and so may the next one.
    isAlone: true,
    excuses: { ...noLease, clockOffMs: tenMinutesMs },
  },
  {
    name: 'sweeper-clock-ahead',
    what: 'the sweeper’s clock is ahead by 10 minutes: all that waits is due at once',
    ...clockOffBy(tenMinutesMs, 'Sweeper'),
    isAlone: true,
    excuses: noLease,
  },
  {
    name: 'two-versions',
    what: 'two versions of the code, with two schedules, work on the same queues and table',
    otherSchedules: [nextSchedule],
    async begin(world) {
      for (const subscriber of world.take(3)) world.behave(subscriber, { statuses: [500, 500, 204] });
      // Each version parks and releases what the other one has written.
      const down = world.take(2);
      for (const subscriber of down) world.behave(subscriber, { statuses: [503] });
      const next = await synthesizePatched('next-version', {
        retryScheduleSeconds: nextSchedule,
      });
      await world.stacks.deployBeside(next);
      let written = 0;
      return {
        strikes: () => written,
        async end() {
          // Both read the same queues: some delivery is the next version's before long.
          const deadline = Date.now() + 60_000;
          while (written === 0 && Date.now() < deadline) {
            await world.publish(world.accountIds.map((accountId) => ({ accountId })));
            await world.comeToRest();
            written = (await world.readItems()).filter(isOfNextVersion).length;
          }
          for (const subscriber of down) world.behave(subscriber, {});
        },
      };
    },
  },
];

/** So that deliveries are postponed, claimed and swept: rows that are written by such a clock. */
function failSomeWhileClockIsOff(world: World, offMs: number): Trouble {
  for (const subscriber of world.take(3)) world.behave(subscriber, { statuses: [500, 500, 204] });
  let written = 0;
  world.stacks.wire.table.layer((call) => {
    const writtenAtMs = Date.parse(String(call.input.Item?.updatedAt?.S));
    if (Math.abs(writtenAtMs - Date.now() - offMs) < tenMinutesMs / 2) written += 1;
    return call.forward();
  });
  return { strikes: () => written };
}
