import { callLimits, takeBatch } from './call-batch.ts';
import { type Pace, pauseMs } from './pace.ts';
import { explainUnavailable, type Publication } from './publication.ts';
import type { EntryAnswer } from './put-events-call.ts';

export interface PublicationQueueOptions {
  /** One call of PutEvents. Never rejects. */
  readonly put: (batch: readonly Publication[]) => Promise<readonly EntryAnswer[]>;
  readonly pace: Pace;
  readonly maxAttempts: number;
  readonly maxConcurrentCalls: number;
  /** Milliseconds that never run backwards. */
  readonly now: () => number;
  readonly random: () => number;
}

export interface PublicationQueue {
  add(publications: readonly Publication[]): void;
  /** Drops what nobody waits for. */
  prune(): void;
  /** Resolves when the queue takes more. What it holds is bounded, so that no long list is in memory as a whole. */
  room(): Promise<void>;
}

/** Sends publications in full calls, a bounded number at a time, and sends again what failed. */
export function createPublicationQueue(options: PublicationQueueOptions): PublicationQueue {
  const { put, pace, maxConcurrentCalls, now } = options;
  const maxHeld = 2 * maxConcurrentCalls * callLimits.maxCount;
  let waiting: readonly Publication[] = [];
  let calls = 0;
  let timer: NodeJS.Timeout | undefined;
  let roomMade: (() => void) | undefined;

  return {
    add(publications) {
      waiting = [...waiting, ...publications];
      startCalls();
    },
    prune: startCalls,
    async room() {
      while (!hasRoom()) await new Promise<void>((resolve) => (roomMade = resolve));
    },
  };

  function hasRoom(): boolean {
    return waiting.length + calls * callLimits.maxCount < maxHeld;
  }

  function startCalls(): void {
    clearTimeout(timer);
    waiting = waiting.filter(({ request }) => !request.isOver());
    while (waiting.length > 0 && calls < maxConcurrentCalls) {
      const startedAt = now();
      const dueAt = Math.min(...waiting.map(({ notBefore }) => notBefore));
      const waitMs = Math.max(pace.waitMs(startedAt), dueAt - startedAt);
      if (waitMs > 0) {
        timer = setTimeout(startCalls, waitMs);
        break;
      }
      const batch = takeBatch(waiting, startedAt);
      waiting = waiting.filter((publication) => !batch.includes(publication));
      void makeCall(batch, startedAt);
    }
    if (hasRoom()) roomMade?.();
  }

  async function makeCall(batch: readonly Publication[], startedAt: number): Promise<void> {
    calls += 1;
    pace.started(startedAt);
    for (const publication of batch) publication.attempts += 1;
    const answers = await put(batch);
    calls -= 1;
    const remedies = answers.flatMap((answer) => ('remedy' in answer ? [answer.remedy] : []));
    if (remedies.includes('slow-down')) pace.throttled(startedAt, now());
    else if (remedies.length < batch.length) pace.accepted();
    for (const [index, publication] of batch.entries()) {
      const answer = answers[index];
      if (answer && !conclude(publication, answer, options)) waiting = [...waiting, publication];
    }
    startCalls();
  }
}

/** Settles a publication, or puts it off if sending it again may help. Tells whether it was settled. */
function conclude(
  publication: Publication,
  answer: EntryAnswer,
  { maxAttempts, now, random }: PublicationQueueOptions,
): boolean {
  if ('envelopeId' in answer) {
    publication.settle({ envelopeId: answer.envelopeId });
    return true;
  }
  const { remedy, failure } = answer;
  publication.mayBePublished ||= answer.mayBePublished;
  publication.lastFailure = failure;
  if (remedy === 'change-event') {
    publication.settle({ reason: 'refused', explanation: failure });
    return true;
  }
  if (remedy === 'change-setup' || publication.attempts >= maxAttempts) {
    publication.settle({ reason: 'unavailable', explanation: explainUnavailable(publication, failure) });
    return true;
  }
  publication.isAlone ||= remedy === 'send-alone';
  publication.notBefore = now() + pauseMs(publication.attempts, random);
  return false;
}
