import { describe, expect, test } from '@jest/globals';
import { takeBatch } from '../../client/call-batch.ts';
import { createPace, type Pace } from '../../client/pace.ts';
import { newPublication, type Publication, type PublicationResult } from '../../client/publication.ts';
import { createPublicationQueue, type PublicationQueueOptions } from '../../client/publication-queue.ts';
import type { EntryAnswer } from '../../client/put-events-call.ts';
import type { Remedy } from '../../client/put-events-errors.ts';
import { eventCatalog } from '../../core/events/event-catalog.ts';
import { until } from '../support/until.ts';

const [{ type }] = eventCatalog;
const none = () => 0;

function publication(
  state: Partial<Publication> = {},
): Publication & { readonly results: PublicationResult[] } {
  const request = { isOver: () => false, whenOver: new Set<() => void>() };
  const results: PublicationResult[] = [];
  const made = newPublication({ detailType: type, detail: '{}' }, request, (result) => results.push(result));
  return Object.assign(made, state, { results });
}

function failing(remedy: Remedy): EntryAnswer {
  return { remedy, failure: 'Odd: no', mayBePublished: false };
}

const published: EntryAnswer = { envelopeId: 'envelope_1' };

/** A queue whose calls are answered in turn; each answer holds for all entries of a call, the last one for the rest. */
function queueOf(answers: readonly EntryAnswer[], options: Partial<PublicationQueueOptions> = {}) {
  const calls: (readonly Publication[])[] = [];
  const queue = createPublicationQueue({
    async put(batch) {
      calls.push(batch);
      const answer = answers[Math.min(calls.length, answers.length) - 1] ?? published;
      return batch.map(() => answer);
    },
    pace: createPace(none),
    maxAttempts: 3,
    maxConcurrentCalls: 2,
    now: none,
    random: none,
    ...options,
  });
  return { queue, calls };
}

describe('the publication queue', () => {
  test('sends each entry alone after a call that was refused as a whole', async () => {
    const { queue, calls } = queueOf([failing('send-alone'), published]);
    const sent = [publication(), publication(), publication()];
    queue.add(sent);
    await until('all are published', () => sent.every(({ results }) => results.length === 1));
    expect(calls.map((batch) => batch.length)).toEqual([3, 1, 1, 1]);
  });

  test.each<[remedy: Remedy, reason: string, calls: number]>([
    ['change-event', 'refused', 1],
    ['change-setup', 'unavailable', 1],
    ['send-alone', 'unavailable', 3],
    ['repeat', 'unavailable', 3],
    ['slow-down', 'unavailable', 3],
  ])('settles what %s could help as %s, after %i of three attempts', async (remedy, reason, attempts) => {
    const { queue, calls } = queueOf([failing(remedy)], { pace: unhurried([]) });
    const sent = publication();
    queue.add([sent]);
    await until('it has a result', () => sent.results.length > 0);
    expect(sent.results).toEqual([{ reason, explanation: 'Odd: no' }]);
    expect(calls).toHaveLength(attempts);
  });

  /** Lets every call start, and notes what it is told. */
  function unhurried(told: string[]): Pace {
    return {
      waitMs: none,
      started: () => told.push('started'),
      accepted: () => told.push('accepted'),
      throttled: () => told.push('throttled'),
    };
  }

  test('tells the pace what was throttled and what was accepted, and of other failures nothing', async () => {
    const told: string[] = [];
    const answers = [failing('slow-down'), failing('repeat'), published];
    const { queue } = queueOf(answers, { pace: unhurried(told) });
    const sent = publication();
    queue.add([sent]);
    await until('it is published', () => sent.results.length > 0);
    expect(told).toEqual(['started', 'throttled', 'started', 'started', 'accepted']);
  });

  test('puts off what is sent again, longer each time', async () => {
    let clock = 1_000;
    const { queue, calls } = queueOf([failing('repeat'), failing('repeat'), published], {
      now: () => clock,
      random: () => 1,
    });
    const sent = publication();
    queue.add([sent]);
    await until('it waits', () => sent.notBefore > 0);
    expect(sent.notBefore).toBe(1_200);
    expect(calls).toHaveLength(1);
    clock = 1_200;
    await until('it waits again', () => sent.notBefore > 1_200);
    expect(sent.notBefore).toBe(1_600);
    expect(calls).toHaveLength(2);
    clock = 1_600;
    await until('it is published', () => sent.results.length > 0);
    expect(sent.results).toEqual([published]);
  });

  test('waits for its pace', async () => {
    let waitMs = 3_600_000;
    const { queue, calls } = queueOf([published], { pace: { ...unhurried([]), waitMs: () => waitMs } });
    queue.add([publication()]);
    expect(calls).toEqual([]);
    waitMs = 0;
    queue.add([publication()]);
    expect(calls.map((batch) => batch.length)).toEqual([2]);
  });

  test('drops what nobody waits for any more, and has room again', async () => {
    let isOver = false;
    const request = { isOver: () => isOver, whenOver: new Set<() => void>() };
    const { queue, calls } = queueOf([published], { pace: { ...unhurried([]), waitMs: () => 3_600_000 } });
    queue.add(Array.from({ length: 40 }, () => publication({ request })));
    let hasRoom = false;
    const room = queue.room().then(() => (hasRoom = true));
    await Promise.resolve();
    expect(hasRoom).toBe(false);
    isOver = true;
    queue.prune();
    await room;
    expect(calls).toEqual([]);
  });
});

describe('a call takes', () => {
  const kilobytes = (size: number, state: Partial<Publication> = {}) =>
    publication({ bytes: size * 1_000, ...state });

  test.each<[what: string, waiting: Publication[], taken: number[]]>([
    ['nothing if nothing waits', [], []],
    ['ten entries', Array.from({ length: 11 }, () => publication()), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['a megabyte', [kilobytes(500), kilobytes(500), kilobytes(1)], [0, 1]],
    ['what still fits', [kilobytes(900), kilobytes(200), kilobytes(100)], [0, 2]],
    ['what is due', [publication({ notBefore: 11 }), publication({ notBefore: 10 })], [1]],
    ['nothing if nothing is due', [publication({ notBefore: 11 })], []],
    ['one that goes alone', [publication({ isAlone: true }), publication()], [0]],
    [
      'others without the one that goes alone',
      [publication(), publication({ isAlone: true }), publication()],
      [0, 2],
    ],
  ])('%s', (_, waiting, taken) => {
    expect(takeBatch(waiting, 10)).toEqual(taken.map((index) => waiting[index]));
  });
});
