/**
 * The order in which SQS hands out the messages of several tenants.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html
 */

export interface Grouped {
  /** The tenant. A message without a group is a tenant of its own. */
  readonly messageGroupId?: string | undefined;
}

export interface InFlight {
  readonly message: Grouped;
  readonly receivedAtMs: number;
}

/** A group is noisy if it has more than this share of the messages in flight, and at least so many of them. */
const noisyShare = 0.1;
const noisyMessages = 30;
/** SQS says "recent" of processing times, and no more. After this time, half of one still counts. */
const halfLifeMs = 30_000;

/** Of one queue. */
export class FairOrder {
  readonly #spent = new Map<string, number>();
  #spentByAll = 0;
  #decayedAtMs = 0;

  /** A message has been deleted by the consumer that received it then. */
  countProcessed({ message, receivedAtMs }: InFlight, nowMs: number): void {
    this.#decay(nowMs);
    this.#spend(message.messageGroupId, nowMs - receivedAtMs);
  }

  /**
   * The next `count` of the waiting messages. Quiet groups come first, in the order of `waiting`, then noisy ones, of
   * which the one with the fewest messages in flight is served first.
   */
  next<Message extends Grouped>(
    waiting: readonly Message[],
    inFlight: readonly InFlight[],
    count: number,
    nowMs: number,
  ): Message[] {
    if (waiting.length <= count) return [...waiting];
    this.#decay(nowMs);
    const isNoisy = this.#noisyAmong(inFlight, nowMs);
    const chosen: Message[] = [];
    const noisy = new Map<string, Message[]>();
    for (const message of waiting) {
      const { messageGroupId: group } = message;
      if (group === undefined || !isNoisy(group)) chosen.push(message);
      else if (!noisy.has(group)) noisy.set(group, [message]);
      else if ((noisy.get(group)?.length ?? 0) < count) noisy.get(group)?.push(message);
      if (chosen.length === count) return chosen;
    }
    return [...chosen, ...takeInTurns(noisy, countByGroup(inFlight), count - chosen.length)];
  }

  #noisyAmong(inFlight: readonly InFlight[], nowMs: number): (group: string) => boolean {
    const counts = countByGroup(inFlight);
    const working = new Map<string, number>();
    let workingForAll = 0;
    for (const { message, receivedAtMs } of inFlight) {
      const { messageGroupId: group = '' } = message;
      working.set(group, (working.get(group) ?? 0) + nowMs - receivedAtMs);
      workingForAll += nowMs - receivedAtMs;
    }
    return (group) => {
      const own = counts.get(group) ?? 0;
      if (own >= noisyMessages && own > noisyShare * inFlight.length) return true;
      const spent = (this.#spent.get(group) ?? 0) + (working.get(group) ?? 0);
      return spent > noisyShare * (this.#spentByAll + workingForAll);
    };
  }

  #spend(group: string | undefined, ms: number): void {
    this.#spentByAll += ms;
    if (group !== undefined) this.#spent.set(group, (this.#spent.get(group) ?? 0) + ms);
  }

  #decay(nowMs: number): void {
    const factor = 0.5 ** ((nowMs - this.#decayedAtMs) / halfLifeMs);
    this.#decayedAtMs = nowMs;
    this.#spentByAll *= factor;
    for (const [group, ms] of this.#spent) {
      if (ms * factor < 1) this.#spent.delete(group);
      else this.#spent.set(group, ms * factor);
    }
  }
}

function countByGroup(inFlight: readonly InFlight[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { message } of inFlight) {
    const { messageGroupId: group } = message;
    if (group !== undefined) counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return counts;
}

/** Each time from the group with the fewest in flight, those that have just been taken included. */
function takeInTurns<Message>(
  groups: ReadonlyMap<string, readonly Message[]>,
  inFlight: Map<string, number>,
  count: number,
): Message[] {
  const left = new Map([...groups].map(([group, messages]) => [group, [...messages]]));
  const taken: Message[] = [];
  while (taken.length < count && left.size > 0) {
    const [fewest = ''] = [...left.keys()].sort((a, b) => (inFlight.get(a) ?? 0) - (inFlight.get(b) ?? 0));
    const message = left.get(fewest)?.shift();
    if (message) taken.push(message);
    else left.delete(fewest);
    inFlight.set(fewest, (inFlight.get(fewest) ?? 0) + 1);
  }
  return taken;
}
