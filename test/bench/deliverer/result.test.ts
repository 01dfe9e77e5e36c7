import { expect, test } from '@jest/globals';
import { describeFigures, type Figure } from '../../../bench/deliverer/result.ts';
import { summarize } from '../../../bench/samples.ts';

const full = 'ten to one subscription';
const thin = 'one a batch';

const figures: Figure[] = [
  {
    build: 'queue',
    traffic: full,
    cpu: summarize([400, 450]),
    parts: [part(300, 60, 40), part(320, 80, 50)],
  },
  { build: 'deliverer', traffic: thin, cpu: summarize([900, 990]), calls: { BatchWriteItem: 1 } },
  {
    build: 'deliverer',
    traffic: full,
    cpu: summarize([200, 210]),
    calls: { BatchWriteItem: 0.1, GetItem: 0.001 },
  },
  { build: 'tutorial', traffic: full, cpu: summarize([1_600, 1_700]), calls: { GetItem: 1, PutItem: 1 } },
  { build: 'floor', traffic: full, cpu: summarize([50, 100, 110]), calls: {} },
];

function part(worker: number, redis: number, postgres: number) {
  return { worker, redis, postgres };
}

test('the table has a row for each figure, by traffic, with the ratio to the floor of the same traffic', () => {
  const [table] = describeFigures(figures).tables;

  expect(table?.rows).toEqual([
    [full, 'BullMQ, Redis, PostgreSQL', 400, 400, 8, '', ''],
    [full, 'iOmniHub Webhooks', 200, 200, 4, 0.101, 'BatchWriteItem 0.1'],
    [full, 'Lambda as in tutorials', 1_600, 1_600, 32, 2, 'GetItem 1, PutItem 1'],
    [full, 'Sign and POST only (floor)', 50, 100, 1, 0, ''],
    [thin, 'iOmniHub Webhooks', 900, 900, '', 1, 'BatchWriteItem 1'],
  ]);
});

test('there is a goal for all that was measured, and for nothing else', () => {
  const { goals } = describeFigures(figures);

  expect(goals.map(({ value, atMost }) => [value, atMost])).toEqual([
    [4, 3],
    [200 / 1_600, 1 / 7],
    [0.5, 1],
    [0.101, 0.13],
  ]);
  for (const { atMost, failsAbove } of goals) expect(failsAbove).toBeGreaterThan(atMost);
});

test('a note says how noisy the machine was', () => {
  expect(describeFigures(figures).notes[0]).toContain('above the minima, at most 100 %');
});

test('a note says what the CPU of the worker and its servers consists of', () => {
  expect(describeFigures(figures).notes[1]).toContain('worker 300, of Redis 60, of PostgreSQL 40');
});

test('in the plot, the bars of each traffic are in order, and ours stand out', () => {
  const [plot] = describeFigures(figures).plots ?? [];

  expect(plot?.bars.map(({ label, value, isOurs }) => [label, value, isOurs])).toEqual([
    ['Sign and POST only (floor)', 50, false],
    ['iOmniHub Webhooks', 200, true],
    ['BullMQ, Redis, PostgreSQL', 400, false],
    ['Lambda as in tutorials', 1_600, false],
    ['iOmniHub Webhooks', 900, true],
  ]);
});
