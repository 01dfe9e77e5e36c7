import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as startTimer } from 'node:timers';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type {
  Conduct,
  Lateness,
  ReceiversMessage,
  ReceiversOrder,
  WatchedCall,
} from './receivers-process.ts';

export interface Receivers {
  readonly ports: readonly number[];
  /** How many callbacks have arrived so far. */
  arrived(): number;
  /** Resolves as soon as so many have arrived, with true; with false if that takes longer. */
  haveArrived(count: number, patienceMs: number): Promise<boolean>;
  latenessIn(phase: string): Promise<Lateness>;
  /** The same, as soon as so many callbacks of the phase have arrived. Those of other phases do not count. */
  latenessOfAll(phase: string, count: number, patienceMs: number): Promise<Lateness>;
  behave(port: number, conduct: Conduct): void;
  /** From now on, the receiver remembers its calls. */
  watch(port: number): void;
  /** Since the receiver is watched, in the order of their arrival. */
  callsTo(port: number): Promise<readonly WatchedCall[]>;
  close(): Promise<void>;
}

const askEveryMs = 20;

/** Starts so many receivers, all in one process. */
export async function startReceivers(count: number): Promise<Receivers> {
  const file = fileURLToPath(new URL('receivers-process.ts', import.meta.url));
  const child = fork(file, [String(count)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const { ports } = await nextMessage(child, 'listening');
  const arrivals = countArrivals(child);
  const order = (message: ReceiversOrder) => void child.send(message);
  const latenessIn = async (phase: string) => {
    const answer = nextMessage(child, 'phase');
    order({ kind: 'report', phase });
    return (await answer).lateness;
  };

  return {
    ports,
    arrived: arrivals.count,
    haveArrived: arrivals.haveReached,
    latenessIn,
    async latenessOfAll(phase, count, patienceMs) {
      const endsAt = Date.now() + patienceMs;
      for (;;) {
        const lateness = await latenessIn(phase);
        if (lateness.count >= count || Date.now() > endsAt) return lateness;
        await setTimeout(askEveryMs);
      }
    },
    behave: (port, conduct) => order({ kind: 'behave', port, conduct }),
    watch: (port) => order({ kind: 'watch', port }),
    async callsTo(port) {
      const answer = nextMessage(child, 'calls');
      order({ kind: 'list', port });
      return (await answer).calls;
    },
    async close() {
      const exit = once(child, 'exit');
      child.kill();
      await exit;
    },
  };
}

/** Keeps up with what the receivers tell, and wakes those who wait for it. */
function countArrivals(child: ChildProcess) {
  let arrived = 0;
  const waiting = new Set<() => void>();
  child.on('message', (message: ReceiversMessage) => {
    if (message.kind !== 'arrived') return;
    arrived = message.count;
    for (const check of waiting) check();
  });
  return {
    count: () => arrived,
    haveReached: (count: number, patienceMs: number) =>
      new Promise<boolean>((resolve) => {
        const end = (isThere: boolean) => {
          clearTimeout(timer);
          waiting.delete(check);
          resolve(isThere);
        };
        const check = () => arrived >= count && end(true);
        const timer = startTimer(() => end(false), patienceMs);
        waiting.add(check);
        check();
      }),
  };
}

type MessageOf<Kind> = Extract<ReceiversMessage, { readonly kind: Kind }>;

function nextMessage<Kind extends ReceiversMessage['kind']>(
  child: ChildProcess,
  kind: Kind,
): Promise<MessageOf<Kind>> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error('the receivers have ended'));
    const listen = (message: ReceiversMessage) => {
      if (message.kind !== kind) return;
      child.off('message', listen).off('exit', fail);
      resolve(message as MessageOf<Kind>);
    };
    child.on('message', listen).once('exit', fail);
  });
}
