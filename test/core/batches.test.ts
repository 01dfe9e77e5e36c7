import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { splitIntoBatches } from '../../core/batches.ts';

const itself = (size: number) => size;

describe('splitIntoBatches', () => {
  test.each([
    ['nothing', [], []],
    ['what fits', [1, 2, 3], [[1, 2, 3]]],
    ['too many items', [1, 1, 1, 1], [[1, 1, 1], [1]]],
    ['exactly the bytes', [5, 5], [[5, 5]]],
    ['one byte too many', [5, 6], [[5], [6]]],
    ['an item that is too large alone', [1, 99, 1], [[1], [99], [1]]],
  ])('splits %s', (_, items, expected) => {
    expect(splitIntoBatches(items, itself, { maxCount: 3, maxBytes: 10 })).toEqual(expected);
  });

  test('keeps the order and both limits, and starts a batch only when the last one cannot take the item', () => {
    const limits = fc.record({
      maxCount: fc.integer({ min: 1, max: 5 }),
      maxBytes: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(fc.array(fc.nat(60)), limits, (items, { maxCount, maxBytes }) => {
        const batches = splitIntoBatches(items, itself, { maxCount, maxBytes });
        const sumOf = (batch: number[]) => batch.reduce((sum, size) => sum + size, 0);

        expect(batches.flat()).toEqual(items);
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(maxCount);
          expect(batch.length === 1 || sumOf(batch) <= maxBytes).toBe(true);
        }
        for (const [index, batch] of batches.slice(0, -1).entries()) {
          const following = batches[index + 1]?.[0] ?? 0;
          expect(batch.length === maxCount || sumOf(batch) + following > maxBytes).toBe(true);
        }
      }),
    );
  });
});
