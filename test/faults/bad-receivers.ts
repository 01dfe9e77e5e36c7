import { setTimeout } from 'node:timers/promises';
import { type HoldingWay, holdingWays } from '../support/holding-ways.ts';
import { cacheMs, callDeadlineMs } from '../support/stacks-under-fault.ts';
import { until } from '../support/until.ts';
import type { Fault, Trouble } from './fault.ts';
import type { Subscriber, World } from './world.ts';

/** Receivers that are down, silent, late, gone or hostile: over real sockets. */

/** Enough attempts to live through an outage of seconds. */
export const patient = { retryScheduleSeconds: '0,1,2,4,6,8' };

/** How many calls these receivers have got since. */
export async function callCounter({ live }: World, subscribers: readonly Subscriber[]) {
  const count = async () =>
    (await live.calls()).filter(({ port }) => subscribers.some((one) => one.port === port)).length;
  const before = await count();
  return async () => (await count()) - before;
}

/** They behave so for all that comes; the calls show that it was so. */
async function misbehave(
  world: World,
  subscribers: readonly Subscriber[],
  behaviour: Parameters<World['behave']>[1],
  end?: () => Promise<void>,
): Promise<Trouble> {
  const callsSince = await callCounter(world, subscribers);
  for (const subscriber of subscribers) world.behave(subscriber, behaviour);
  let calls = 0;
  return {
    strikes: () => calls,
    async end() {
      while (calls === 0) {
        await setTimeout(50);
        calls = await callsSince();
      }
      await end?.();
    },
  };
}

export const badReceivers: readonly Fault[] = [
  {
    name: 'receivers-down',
    what: 'every receiver answers 503 while the backlog grows, and recovers',
    settings: patient,
    begin: (world) =>
      misbehave(world, world.subscribers, { statuses: [503] }, async () => {
        await setTimeout(5_000);
        for (const subscriber of world.subscribers) world.behave(subscriber, {});
      }),
  },
  {
    name: 'late-success',
    what: 'receivers answer 200 after the deadline, twice, and then in time',
    begin: (world) => misbehave(world, world.take(2), { statuses: [200], delaysMs: [2_500, 2_500] }),
  },
  {
    name: 'gone',
    what: 'a receiver answers 410: its subscription is disabled',
    async begin(world) {
      const [gone] = world.take(1);
      if (!gone) throw new Error('nobody to be gone');
      const disabled = untilDisabled(gone);
      return misbehave(world, [gone], { statuses: [410] }, async () => {
        await disabled;
        await setTimeout(cacheMs + 3_000);
        await world.publish([{ accountId: gone.accountId }]);
      });
    },
  },
  {
    name: 'echoes-secrets',
    what: 'receivers refuse, and send back all that they were sent, headers included',
    begin: (world) => misbehave(world, world.take(2), { statuses: [500], echoes: true }),
  },
  {
    name: 'name-turns-private',
    what: 'the names of receivers begin to stand for a private address, after they have been called',
    isAlone: true,
    isGuarded: true,
    async begin(world) {
      const turning = world.take(2);
      const before = (await attemptsAt(world, turning)).length;
      world.resolveTo('10.0.0.7', turning);
      for (const one of turning) one.evidence = { ...one.evidence, isForbidden: true, isHeldBack: true };
      let attempts = 0;
      return {
        strikes: () => attempts,
        async end() {
          await world.comeToRest();
          attempts = (await attemptsAt(world, turning)).length - before;
        },
      };
    },
  },
  {
    name: 'black-holed',
    what: 'half of all receivers are black holes: of packets, of name look-ups, of TLS handshakes',
    mortalAccounts: ({ accounts }) => Math.floor(accounts / 2),
    async begin(world) {
      await killMortals(world);
      let unanswered = 0;
      return {
        strikes: () => unanswered,
        async end() {
          await world.comeToRest();
          unanswered = await countUnanswered(world);
        },
      };
    },
  },
  {
    name: 'dead-account',
    what: 'one account’s receivers become black holes; the others’ latency is measured before and after',
    mortalAccounts: () => 1,
    isAlone: true,
    isTimed: true,
    settings: {
      // As many as the local run has, of which an account may take three.
      maxDeliverers: '5',
      // The one that moves to a port at which it has never answered gets a call a second: few attempts, or rest is far.
      retryScheduleSeconds: '0,1',
    },
    async begin(world) {
      await warmUp(world);
      const baseline = await measureOthers(world, world.mortalAccountIds);
      await killMortals(world);
      await untilKnownAsSlow(world);
      const withDead = await measureOthers(world, world.mortalAccountIds);
      const unanswered = await countUnanswered(world);
      return {
        strikes: () => unanswered,
        latencyRatio: () => beyondASecond(withDead) / baseline,
      };
    },
  },
  {
    name: 'held-places',
    what: 'one account’s receivers hold their calls, in one way after the other; the others’ latency is measured',
    isAlone: true,
    isTimed: true,
    settings: {
      // As many as the local run has, of which an account may take three.
      maxDeliverers: '5',
      retryScheduleSeconds: '0,1',
      // Long enough for others to be measured while calls are held.
      callbackTimeoutMs: '6000',
    },
    async begin(world) {
      await warmUp(world);
      const [holder = ''] = world.accountIds;
      const baseline = await measureOthers(world, [holder], heldEvents, 0.5);
      const receivers = world.subscribers.filter(({ accountId }) => accountId === holder);
      const callsSince = await callCounter(world, receivers);
      let longest = 0;
      // No head comes last: it is what shows a receiver to be slow, and nothing else holds a call for longer.
      for (const holds of (Object.keys(holdingWays) as HoldingWay[]).toReversed()) {
        for (const receiver of receivers) world.behave(receiver, { holds });
        await world.publish(Array.from({ length: heldEvents }, () => ({ accountId: holder })));
        await untilStill(callsSince);
        longest = Math.max(longest, await measureOthers(world, [holder], measuredWhileHeld, 0.5));
        await world.comeToRest();
      }
      for (const receiver of receivers) world.behave(receiver, {});
      const held = await callsSince();
      return {
        strikes: () => held,
        // The journey of neighbours measures the first callbacks.
        latencyRatio: () => beyondASecond(longest) / baseline,
      };
    },
  },
];

/** In TCP; of every account's subscriptions, one moves to a deaf TLS port, and one's name gets no answer. */
async function killMortals(world: World): Promise<void> {
  const mortals = world.subscribers.filter(({ accountId }) => world.mortalAccountIds.includes(accountId));
  for (const mortal of mortals) mortal.evidence = { ...mortal.evidence, isHeldBack: true };
  for (const [first, second] of Map.groupBy(mortals, ({ accountId }) => accountId).values()) {
    await first?.owner('PATCH', `/subscriptions/${first.id}`, { url: `${world.mortal.deafUrl}/` });
    if (second) world.resolveTo('silent', [second]);
  }
  await setTimeout(cacheMs);
  await world.mortal.becomeBlackHole();
}

/**
 * By us, for what its receiver does. What is taken in after it was last seen enabled may go either way; soon after it is
 * seen disabled nothing is called.
 */
async function untilDisabled(subscriber: Subscriber): Promise<void> {
  const { owner, id } = subscriber;
  const deadline = Date.now() + 60_000;
  let endAskedAtMs = Date.now();
  for (;;) {
    const askedAtMs = Date.now();
    const { status } = await owner('GET', `/subscriptions/${id}`);
    if (status === 'disabled') break;
    if (askedAtMs > deadline) throw new Error(`${id} has not been disabled within a minute`);
    endAskedAtMs = askedAtMs;
    await setTimeout(100);
  }
  const { evidence } = subscriber;
  subscriber.evidence = { ...evidence, endAskedAtMs, endedAtMs: Date.now() + cacheMs };
}

async function attemptsAt(world: World, subscribers: readonly Subscriber[]) {
  return (await world.readAttempts()).filter(({ subscriptionId }) =>
    subscribers.some(({ id }) => id === subscriptionId),
  );
}

/** How many calls each black hole has swallowed, at least: of packets, of a name look-up, of a handshake. */
async function countUnanswered(world: World): Promise<number> {
  const counts = world.subscribers
    .filter(({ accountId }) => world.mortalAccountIds.includes(accountId))
    .map(async (mortal) => {
      const attempts = await attemptsAt(world, [mortal]);
      return attempts.filter(({ status }) => status === undefined).length;
    });
  return Math.min(...(await Promise.all(counts)));
}

/**
 * So that neither measurement counts cold starts: calls that take a while, and fail once, make both lanes' functions start
 * as many as there may be. They stay well below the time from which a receiver counts as slow, for minutes.
 */
async function warmUp(world: World): Promise<void> {
  const ofEveryAccount = () => world.accountIds.map((accountId) => ({ accountId }));
  for (const subscriber of world.subscribers)
    world.behave(subscriber, { statuses: [503, 200], delaysMs: [callDeadlineMs / 8, callDeadlineMs / 8] });
  for (let round = 0; round < 3; round += 1) await world.publish(ofEveryAccount());
  await world.comeToRest();
  // Fast again.
  await world.publish(ofEveryAccount());
  await world.comeToRest();
  await setTimeout(cacheMs);
}

/** The first calls of each black hole hold batches up; once they have ended, every sandbox is to have read that. */
async function untilKnownAsSlow(world: World): Promise<void> {
  await world.publish(world.mortalAccountIds.map((accountId) => ({ accountId })));
  await world.comeToRest();
  await setTimeout(cacheMs);
}

/** Few enough for two cores, so that others wait for receivers and not for the processor. */
const eventsPerSecond = 6;
/** So many that the 99th percentile is not one event's moment. */
const measuredEvents = 240;

/** Others may take a second more: functions, engines and receivers share the processors of one machine. */
function beyondASecond(latencyMs: number): number {
  return Math.max(0, latencyMs - 1_000);
}

/** With the subscriptions of an account, more deliveries than it may have places for. */
const heldEvents = 30;
/** In two seconds. */
const measuredWhileHeld = 12;

/** Until nothing more comes for half a second. */
async function untilStill(count: () => Promise<number>): Promise<void> {
  let last = -1;
  await until(
    'calls that are held',
    async () => {
      const before = last;
      last = await count();
      return last > 0 && last === before;
    },
    { everyMs: 500 },
  );
}

/** How long it takes from publication to the receiver, in milliseconds, for all accounts but these: a quantile. */
async function measureOthers(
  world: World,
  except: readonly string[],
  count = Math.max(measuredEvents, world.size.events),
  share = 0.99,
): Promise<number> {
  const expected = new Set<string>();
  for (let index = 0; index < count; index += 1) {
    const sentAt = Date.now();
    const accountId = world.accountIds[index % world.accountIds.length] ?? '';
    const [id = ''] = await world.publish([{ accountId }]);
    if (!except.includes(accountId)) expected.add(id);
    await setTimeout(Math.max(0, 1_000 / eventsPerSecond - (Date.now() - sentAt)));
  }
  const findAll = async () => {
    const calls = (await world.live.calls())
      .map(({ body, atMs }) => ({ id: String((JSON.parse(body) as { id: unknown }).id), atMs }))
      .filter(({ id }) => expected.has(id));
    return calls.length >= expected.size * world.size.subscriptions && calls;
  };
  // Also those that come late, and they above all.
  const calls = await until('every callback of the others', findAll, { everyMs: 200, patienceMs: 180_000 });
  const latencies = calls.map(({ id, atMs }) => atMs - (world.published.get(id)?.atMs ?? 0));
  return latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length * share)] ?? Number.NaN;
}
