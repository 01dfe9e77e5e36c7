import type { WireCall } from '../../bench/wire-proxy.ts';
import { writesRows } from '../support/row-writes.ts';
import { type FunctionName, sendsTo } from '../support/stacks-under-fault.ts';
import { type Fault, type Trouble, untilStruck } from './fault.ts';
import type { World } from './world.ts';

/** Functions that die: kill -9 of every sandbox, at a known point of their work. */

/** Kills, once, where a call goes over the wire: before the engine sees it, or after. */
export function killAt(
  { stacks }: World,
  functionName: FunctionName,
  when: 'before' | 'after',
  isIt: (call: WireCall) => boolean,
): Trouble {
  let killed = 0;
  const layer = async (call: WireCall) => {
    if (killed > 0 || !isIt(call)) return call.forward();
    killed = 1;
    if (when === 'after') await call.forward();
    stacks.kill(functionName);
    return undefined;
  };
  const remove = [stacks.wire.sqs.layer(layer), stacks.wire.table.layer(layer)];
  return {
    strikes: () => killed,
    async end() {
      await untilStruck(() => killed);
      for (const each of remove) each();
    },
  };
}

const readsSubscription = ({ operation, input }: WireCall) =>
  operation === 'GetItem' && String(input.Key.sk?.S).startsWith('S#');

/** First attempts are written together, all others by themselves. */
const recordsSuccess = (call: WireCall) =>
  writesRows(call) || (call.operation === 'PutItem' && call.input.Item.state?.S === 'delivered');

export const kills: readonly Fault[] = [
  {
    name: 'dispatcher-killed-before-sending',
    what: 'the dispatcher dies between its write and its messages',
    begin: (world) => killAt(world, 'Dispatcher', 'before', sendsTo('deliveries')),
  },
  {
    name: 'dispatcher-killed-after-sending',
    what: 'the dispatcher dies before it can say that its messages are sent',
    begin: (world) => killAt(world, 'Dispatcher', 'after', sendsTo('deliveries')),
  },
  {
    name: 'deliverer-killed-before-call',
    what: 'the deliverer dies before it calls',
    begin: (world) => killAt(world, 'Deliverer', 'before', readsSubscription),
  },
  {
    name: 'deliverer-killed-after-call',
    what: 'the deliverer dies when receivers have got its calls',
    begin(world) {
      let killed = 0;
      const killInTheMiddle = async () => {
        await world.live.nextCallAfter(Math.ceil(world.size.events / 2));
        killed = world.stacks.kill('Deliverer');
      };
      const kill = killInTheMiddle();
      return { strikes: () => killed, end: () => kill };
    },
  },
  {
    name: 'deliverer-killed-after-record',
    what: 'the deliverer dies when its results are written, before it can say so',
    begin: (world) => killAt(world, 'Deliverer', 'after', recordsSuccess),
  },
  {
    name: 'deliverer-and-sweeper-killed',
    what: 'the deliverer dies before it sends a retry, and then the sweeper that would have sent it',
    begin(world) {
      for (const subscriber of world.take(2)) world.behave(subscriber, { statuses: [500, 204] });
      const first = killAt(world, 'Deliverer', 'before', sendsTo('retries'));
      let second: Trouble | undefined;
      return {
        strikes: () => Math.min(first.strikes(), second?.strikes() ?? 0),
        async end() {
          await first.end?.();
          second = killAt(world, 'Sweeper', 'before', sendsTo('retries'));
          await second.end?.();
        },
      };
    },
  },
  {
    name: 'out-of-time',
    what: 'the deliverer’s write is never answered, and it runs out of time in the middle of a batch',
    begin({ stacks }) {
      let stalled = 0;
      const remove = stacks.wire.table.layer(async (call) => {
        if (stalled > 0 || !recordsSuccess(call)) return call.forward();
        stalled += 1;
        return new Promise(() => undefined);
      });
      return {
        strikes: () => stalled,
        async end() {
          await untilStruck(() => stalled);
          remove();
        },
      };
    },
  },
];
