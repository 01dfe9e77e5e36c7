import { expect, test } from '@jest/globals';
import { showNumber } from '../../bench/numbers.ts';
import { isHeld, renderSection } from '../../bench/report.ts';

test.each([
  [0, '0'],
  [0.123456, '0.123'],
  [0.00012345, '0.0001'],
  [1.2345, '1.23'],
  [56.789, '56.8'],
  [1_459.6, '1,460'],
])('%p is shown as %s', (value, shown) => {
  expect(showNumber(value)).toBe(shown);
});

const goal = { name: 'Calls of a delivery', atMost: 0.13, failsAbove: 0.14 };

test('a goal is held up to its limit', () => {
  expect([0.12, 0.13, 0.131].map((value) => isHeld({ ...goal, value }))).toEqual([true, true, false]);
});

test('a section shows its tables, its notes, and which goals are missed', () => {
  const shown = renderSection('Deliveries', {
    tables: [
      {
        title: 'By build',
        heads: ['build', 'CPU-µs'],
        rows: [
          ['ours', 210.4],
          ['theirs', 1_500.2],
        ],
      },
    ],
    goals: [
      { ...goal, value: 0.1 },
      { ...goal, name: 'CPU of a delivery', value: 4 },
    ],
    notes: ['Redis was not installed.'],
  });

  expect(shown).toMatch(/^== Deliveries\n\nBy build\n/);
  expect(shown).toMatch(/ours .* 210 /);
  expect(shown).toMatch(/theirs .* 1,500 /);
  expect(shown).toContain('Redis was not installed.');
  expect(shown).toContain('held    Calls of a delivery: 0.1, goal at most 0.13');
  expect(shown).toContain('MISSED  CPU of a delivery: 4, goal at most 0.13');
});
