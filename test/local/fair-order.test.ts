import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FairOrder, type InFlight } from '../../local/fair-order.ts';

interface Message {
  readonly id: string;
  readonly messageGroupId?: string;
}

const nowMs = 1_000_000;

/** `a1` is a message of the group `a`, and `-1` one without a group. */
function messages(...ids: readonly string[]): Message[] {
  return ids.map((id) => (id.startsWith('-') ? { id } : { id, messageGroupId: id.replaceAll(/\d/g, '') }));
}

/** So many of each group, received just now. */
function inFlight(counts: Readonly<Record<string, number>>, receivedAtMs = nowMs): InFlight[] {
  return Object.entries(counts).flatMap(([messageGroupId, count]) =>
    Array.from({ length: count }, () => ({ message: { messageGroupId }, receivedAtMs })),
  );
}

function next(
  waiting: readonly Message[],
  flying: readonly InFlight[],
  count: number,
  order = new FairOrder(),
) {
  return order.next(waiting, flying, count, nowMs).map(({ id }) => id);
}

describe('a fair queue', () => {
  test.each<[string, string[], Record<string, number>, number, string[]]>([
    ['hands out quiet groups in the order of their messages', ['a1', 'b1', 'a2'], {}, 2, ['a1', 'b1']],
    ['hands out everything if that is asked for', ['a1', 'a2', 'b1'], { a: 50 }, 3, ['a1', 'a2', 'b1']],
    ['puts a group with 30 messages in flight behind others', ['a1', 'b1', 'a2'], { a: 30 }, 1, ['b1']],
    ['takes noisy groups once no others wait', ['a1', 'b1', 'a2'], { a: 30 }, 2, ['b1', 'a1']],
    ['lets a group have 29 messages in flight', ['a1', 'b1', 'a2'], { a: 29 }, 1, ['a1']],
    ['lets a group have a tenth of what is in flight', ['a1', 'b1', 'a2'], { a: 30, c: 270 }, 1, ['a1']],
    [
      'takes the noisy group with fewer in flight first',
      ['a1', 'a2', 'b1'],
      { a: 50, b: 40 },
      2,
      ['b1', 'a1'],
    ],
    [
      'takes equally noisy groups in turns',
      ['a1', 'a2', 'b1', 'b2'],
      { a: 40, b: 40 },
      3,
      ['a1', 'b1', 'a2'],
    ],
    ['takes a message without a group for a quiet tenant', ['a1', '-1', 'a2'], { a: 30 }, 1, ['-1']],
  ])('%s', (_, waiting, flying, count, expected) => {
    expect(next(messages(...waiting), inFlight(flying), count)).toEqual(expected);
  });

  test('puts a group behind others that has had more than a tenth of the time of consumers', () => {
    const order = new FairOrder();
    const process = (group: string, ms: number) =>
      order.countProcessed({ message: { messageGroupId: group }, receivedAtMs: nowMs - ms }, nowMs);
    process('a', 100);
    process('b', 900);

    expect(next(messages('a1', 'b1', 'c1'), [], 1, order)).toEqual(['a1']);
    process('a', 1);
    expect(next(messages('a1', 'b1', 'c1'), [], 1, order)).toEqual(['c1']);
  });

  test('counts the time of messages that are still in work', () => {
    const flying = [...inFlight({ a: 1 }, nowMs - 5_000), ...inFlight({ c: 9 }, nowMs - 100)];

    expect(next(messages('a1', 'b1', 'a2'), flying, 1)).toEqual(['b1']);
  });

  test('forgives what has been long ago', () => {
    const order = new FairOrder();
    order.countProcessed({ message: { messageGroupId: 'a' }, receivedAtMs: nowMs - 10_000 }, nowMs);
    const laterMs = nowMs + 600_000;
    order.countProcessed({ message: { messageGroupId: 'c' }, receivedAtMs: laterMs - 1_000 }, laterMs);

    const [first] = order.next(messages('a1', 'b1', 'a2'), [], 1, laterMs);

    expect(first?.id).toBe('a1');
  });

  test('hands out as many as it is asked for, none twice, and those of a group in their order', () => {
    const groups = fc.constantFrom('a', 'b', 'c', 'd');
    fc.assert(
      fc.property(
        fc.array(groups, { maxLength: 40 }),
        fc.dictionary(groups, fc.nat(40)),
        fc.integer({ min: 1, max: 10 }),
        (names, flying, count) => {
          const waiting = messages(...names.map((name, index) => `${name}${index}`));

          const taken = next(waiting, inFlight(flying), count);

          expect(taken).toHaveLength(Math.min(count, waiting.length));
          expect(new Set(taken).size).toBe(taken.length);
          for (const group of ['a', 'b', 'c', 'd']) {
            const all = waiting.map(({ id }) => id).filter((id) => id.startsWith(group));
            const ofGroup = taken.filter((id) => id.startsWith(group));
            expect(ofGroup).toEqual(all.slice(0, ofGroup.length));
          }
        },
      ),
    );
  });
});
