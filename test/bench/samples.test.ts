import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { measureInterleaved, percentile, summarize } from '../../bench/samples.ts';

test('a summary has the minimum, the median, and how far they are apart', () => {
  expect(summarize([30, 10, 15])).toEqual({ min: 10, median: 15, noise: 0.5, count: 3 });
});

test('a minimum of zero has no noise', () => {
  expect(summarize([0, 0, 7]).noise).toBe(0);
});

test.each([
  [50, 2],
  [75, 3],
  [76, 4],
  [100, 4],
  [0, 1],
])('of 1 to 4, %i %% do not exceed %i', (percent, expected) => {
  expect(percentile([4, 2, 1, 3], percent)).toBe(expected);
});

test('a percentile is the smallest sample that enough samples do not exceed', () => {
  const samples = fc.array(fc.integer(), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(samples, fc.integer({ min: 1, max: 100 }), (all, percent) => {
      const found = percentile(all, percent);
      const shareUpTo = (limit: number) => all.filter((one) => one <= limit).length / all.length;

      expect(all).toContain(found);
      expect(shareUpTo(found)).toBeGreaterThanOrEqual(percent / 100);
      for (const lower of all.filter((one) => one < found))
        expect(shareUpTo(lower)).toBeLessThan(percent / 100);
    }),
  );
});

test('there is no percentile of nothing', () => {
  expect(() => percentile([], 50)).toThrow('there is no sample');
});

test('windows take turns, and the first round does not count', async () => {
  const order: string[] = [];
  const contestant = (name: string, figures: number[]) => ({
    name,
    async runWindow() {
      order.push(name);
      return figures.shift() ?? Number.NaN;
    },
  });

  const summaries = await measureInterleaved(
    [contestant('one', [1, 20, 30]), contestant('other', [100, 5, 7])],
    2,
  );

  expect(order).toEqual(['one', 'other', 'one', 'other', 'one', 'other']);
  expect(summaries.get('one')).toEqual({ min: 20, median: 20, noise: 0, count: 2 });
  expect(summaries.get('other')?.min).toBe(5);
});
