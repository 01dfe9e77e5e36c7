import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { WireCall } from '../../bench/wire-proxy.ts';
import { cacheMs, type FunctionName, sendsTo } from '../support/stacks-under-fault.ts';
import { until } from '../support/until.ts';
import { callCounter, patient } from './bad-receivers.ts';
import { type Fault, type Trouble, untilStruck } from './fault.ts';
import { expectQuiet, type Subscriber, type World } from './world.ts';

/** Receivers that are down for longer, while what is to bring their deliveries back breaks as well. */

/** kill -9 at moments that nobody has chosen. Answers with how many sandboxes there were. */
async function killNowAndThen({ stacks, random }: World, functionName: FunctionName, times: number) {
  let killed = 0;
  for (let count = 0; count < times; count += 1) {
    await setTimeout(300 + random() * 1_500);
    killed += stacks.kill(functionName);
  }
  return killed;
}

function takeDown(world: World, count: number): Subscriber[] {
  const down = world.take(count);
  for (const subscriber of down) world.behave(subscriber, { statuses: [503] });
  return down;
}

function bringBack(world: World, down: readonly Subscriber[]): void {
  for (const subscriber of down) world.behave(subscriber, {});
}

/** So many events for each of them. */
async function publishFor(world: World, subscribers: readonly Subscriber[], count: number): Promise<void> {
  const accounts = subscribers.map(({ accountId }) => ({ accountId }));
  await world.publish(Array.from({ length: count }, () => accounts).flat());
}

/** Resolves once each of them has something parked. */
async function untilParked(world: World, subscribers: readonly Subscriber[]): Promise<void> {
  await until('each of them has something parked', async () => {
    const parked = await world.readParked();
    return subscribers.every(({ id }) => parked.some(({ subscriptionId }) => subscriptionId === id));
  });
}

const isOfSweeper = ({ caller, operation }: WireCall) =>
  caller.includes('Sweeper') && /^(PutItem|SendMessage.*)$/.test(operation);

/** Kills the sweeper where it writes or sends: before the engine sees it, or after. */
function killSweeperAtWrites({ stacks, random }: World, most: number): Trouble {
  let killed = 0;
  const layer = async (call: WireCall) => {
    if (killed >= most || !isOfSweeper(call) || random() > 0.3) return call.forward();
    killed += 1;
    if (random() < 0.5) await call.forward();
    stacks.kill('Sweeper');
    return undefined;
  };
  const remove = [stacks.wire.sqs.layer(layer), stacks.wire.table.layer(layer)];
  return {
    strikes: () => killed,
    async end() {
      await untilStruck(() => killed, most);
      for (const each of remove) each();
    },
  };
}

/** Says that a message is sent, and sends none. */
function loseMessage({ input }: WireCall) {
  const MD5OfMessageBody = createHash('md5').update(String(input.MessageBody)).digest('hex');
  return { status: 200, body: { MessageId: 'lost', MD5OfMessageBody } };
}

const isProbe = (call: WireCall) =>
  sendsTo('retries')(call) && String(call.input.MessageBody).includes('"probe":');

const slowFailures = { statuses: [503], delaysMs: Array.from({ length: 500 }, () => 900) };

export const outages: readonly Fault[] = [
  {
    name: 'down-and-killed',
    what: 'receivers are down and come back, while the deliverer dies again and again',
    begin(world) {
      const down = takeDown(world, 3);
      let killed = 0;
      return {
        strikes: () => killed,
        async end() {
          killed += await killNowAndThen(world, 'Deliverer', 3);
          await publishFor(world, down, 2);
          bringBack(world, down);
          killed += await killNowAndThen(world, 'Deliverer', 3);
        },
      };
    },
  },
  {
    name: 'sweeper-killed-in-drain',
    what: 'the sweeper dies when it probes, and when it releases what was parked',
    begin(world) {
      const down = takeDown(world, 3);
      let kills: Trouble | undefined;
      return {
        strikes: () => kills?.strikes() ?? 0,
        async end() {
          await publishFor(world, down, 5);
          await untilParked(world, down);
          kills = killSweeperAtWrites(world, 6);
          bringBack(world, down);
          await kills.end?.();
        },
      };
    },
  },
  {
    name: 'probe-lost',
    what: 'messages that were to probe a receiver are lost',
    begin(world) {
      const down = takeDown(world, 2);
      let lost = 0;
      world.stacks.wire.sqs.layer(async (call) => {
        if (lost === 3 || !isProbe(call)) return call.forward();
        lost += 1;
        return loseMessage(call);
      });
      return {
        strikes: () => lost,
        async end() {
          await untilStruck(() => lost, 3);
          bringBack(world, down);
        },
      };
    },
  },
  {
    name: 'failure-seen-by-several',
    what: 'receivers fail for several deliverers in the same moment, and come back',
    settings: { maxDeliverers: '4' },
    async begin(world) {
      const down = world.take(2);
      for (const subscriber of down) world.behave(subscriber, slowFailures);
      const callsSince = await callCounter(world, down);
      let calls = 0;
      return {
        strikes: () => calls,
        async end() {
          await publishFor(world, down, 20);
          await untilParked(world, down);
          bringBack(world, down);
          calls = await callsSince();
        },
      };
    },
  },
  {
    name: 'every-second-call-fails',
    what: 'receivers fail at every second call, and get many at once',
    settings: patient,
    async begin(world) {
      const taken = world.take(2);
      const statuses = Array.from({ length: 400 }, (_, index) => (index % 2 === 0 ? 500 : 204));
      for (const subscriber of taken) world.behave(subscriber, { statuses });
      const callsSince = await callCounter(world, taken);
      let calls = 0;
      return {
        strikes: () => calls,
        async end() {
          await publishFor(world, taken, 30);
          await world.comeToRest();
          calls = await callsSince();
        },
      };
    },
  },
  {
    name: 'dead-under-load',
    what: 'a receiver fails slowly while events go on to come, and recovers',
    settings: { breakerMaxSeconds: '1' },
    async begin(world) {
      const down = world.take(1);
      for (const subscriber of down) world.behave(subscriber, slowFailures);
      const callsSince = await callCounter(world, down);
      let calls = 0;
      return {
        strikes: () => calls,
        async end() {
          for (let count = 0; count < 150; count += 1) {
            await publishFor(world, down, 1);
            await setTimeout(200);
          }
          calls = await callsSince();
          bringBack(world, down);
        },
      };
    },
  },
  {
    name: 'asks-for-fewer',
    what: 'receivers answer 429 to several calls, and then take them',
    settings: patient,
    async begin(world) {
      const taken = world.take(2);
      for (const subscriber of taken) world.behave(subscriber, { statuses: [429, 429, 429, 429, 204] });
      const callsSince = await callCounter(world, taken);
      let calls = 0;
      return {
        strikes: () => calls,
        async end() {
          await untilParked(world, taken);
          calls = await callsSince();
        },
      };
    },
  },
  {
    name: 'expired-while-parked',
    what: 'receivers are down until the time of their deliveries is over; then all of them are redriven',
    settings: { retryHorizonSeconds: '20' },
    isAlone: true,
    begin(world) {
      const down = takeDown(world, 2);
      return {
        strikes: () => world.redriven.length,
        async end() {
          await untilParked(world, down);
          await until('nothing is parked', async () => (await world.readParked()).length === 0);
          await world.comeToRest();
          const held = await world.readHeld();
          world.redriven.push(...held.filter(({ queue }) => queue.endsWith('-exhausted-deliveries')));
          bringBack(world, down);
          await world.redrive('exhausted-deliveries');
        },
      };
    },
  },
  {
    name: 'gone-by-accident',
    what: 'receivers answer 410 for a while; their owners enable the subscriptions again',
    begin(world) {
      const taken = world.take(2);
      for (const subscriber of taken) world.behave(subscriber, { statuses: [410] });
      let enabled = 0;
      return {
        strikes: () => enabled,
        async end() {
          const disabledAtMs = new Map<Subscriber, number>();
          for (const subscriber of taken)
            disabledAtMs.set(subscriber, await untilStatus(subscriber, 'disabled'));
          await setTimeout(cacheMs);
          await publishFor(world, taken, 5);
          await untilParked(world, taken);
          bringBack(world, taken);
          for (const subscriber of taken) {
            const { owner, id } = subscriber;
            const fromMs = (disabledAtMs.get(subscriber) ?? 0) + cacheMs;
            expectQuiet(subscriber, fromMs, Date.now());
            await owner('PATCH', `/subscriptions/${id}`, { status: 'enabled' });
            enabled += 1;
          }
        },
      };
    },
  },
];

/** When it was first seen. */
async function untilStatus({ owner, id }: Subscriber, expected: string): Promise<number> {
  await until(`${id} is ${expected}`, async () => {
    const { status } = await owner('GET', `/subscriptions/${id}`);
    return status === expected;
  });
  return Date.now();
}
