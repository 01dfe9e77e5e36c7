import { setTimeout } from 'node:timers/promises';
import type { WireProxy } from '../wire-proxy.ts';

const lookEveryMs = 10;

export interface HeldQueues {
  /** From now on, pollers get what this queue holds. `name`: without the stage's prefix, such as `deliveries`. */
  release(name: string): void;
  hold(name: string): void;
  close(): void;
}

/**
 * Makes batches as full as can be: no poller gets anything from a queue that is held, and from a released one it gets all
 * that is there, up to a batch. Every queue is held at first. Long polls that find nothing are never answered, so that
 * requests count only for messages.
 */
export function holdQueues(sqs: Pick<WireProxy, 'layer'>): HeldQueues {
  const released = new Set<string>();
  const closing = new AbortController();
  const takeAway = sqs.layer(async (call) => {
    if (call.operation !== 'ReceiveMessage') return call.forward();
    const queue = String(call.input.QueueUrl);
    while (!closing.signal.aborted) {
      if ([...released].some((name) => queue.endsWith(`-${name}`))) {
        const answer = await call.forward({ ...call.input, WaitTimeSeconds: 0 });
        if (answer.status !== 200 || answer.body.Messages?.length > 0) return answer;
      }
      await setTimeout(lookEveryMs);
    }
    return undefined;
  });
  return {
    release: (name) => void released.add(name),
    hold: (name) => void released.delete(name),
    close() {
      closing.abort();
      takeAway();
    },
  };
}
