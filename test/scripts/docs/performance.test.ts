import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Measurement } from '../../../bench/section.ts';
import { embedFigures, findPlot, findTimeline } from '../../../scripts/docs/performance.ts';

const measurement: Measurement = {
  title: 'Deliveries',
  measuredAt: '2026-11-30T12:00:00.000Z',
  machine: { node: 'v24.21.0', processors: 2, model: 'a processor' },
  short: true,
  tables: [{ title: 'By build', heads: ['build', 'CPU-µs'], rows: [['ours', 210.4]] }],
  goals: [
    { name: 'calls', value: 0.1, atMost: 0.13, failsAbove: 0.14 },
    { name: 'CPU', value: 4.2, atMost: 3, failsAbove: 4.8 },
  ],
  notes: ['Redis was not installed.'],
  plots: [{ name: 'cpu', title: 'CPU', subtitle: 'less is better', bars: [] }],
  timelines: [
    { name: 'outage', title: 'Calls', subtitle: '', panels: [], span: { label: 'down', from: 5, to: 20 } },
  ],
};

let folder: string;
let root: URL;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'performance-test-'));
  root = pathToFileURL(`${folder}/`);
  mkdirSync(join(folder, 'docs/performance'), { recursive: true });
  const file = join(folder, 'docs/performance/measurements.json');
  writeFileSync(file, JSON.stringify({ deliverer: measurement }));
});
afterAll(() => rmSync(folder, { recursive: true }));

function pageFor(section: string, figures = ''): string {
  return `before
<!-- figures of ${section}, written by \`npm run docs\` from docs/performance/measurements.json -->
${figures}
<!-- end of figures -->
after`;
}

test('a section has its date, its machine, its tables, its goals and its notes', () => {
  const figures = `
Measured on 2026-11-30 on 2 processors (a processor) with Node.js v24.21.0, in the short form.

**By build**

| build | CPU-µs |
| --- | --- |
| ours | 210 |

| Goal | Measured | At most |  |
| --- | --- | --- | --- |
| calls | 0.1 | 0.13 | held |
| CPU | 4.2 | 3 | **missed** |

- Redis was not installed.
`;
  const page = pageFor('deliverer', figures);

  expect(embedFigures(pageFor('deliverer', '\nolder figures\n'), root)).toBe(page);
  expect(embedFigures(page, root)).toBe(page);
});

test('a section that was never measured says so', () => {
  expect(embedFigures(pageFor('fairness', '\n'), root)).toBe(pageFor('fairness', '\nNot measured yet.\n'));
});

test('a plot is found by its name', () => {
  expect(findPlot(root, 'cpu').title).toBe('CPU');
  expect(() => findPlot(root, 'latency')).toThrow('has no plot latency');
});

test('a timeline is found by its name', () => {
  expect(findTimeline(root, 'outage').title).toBe('Calls');
  expect(() => findTimeline(root, 'latency')).toThrow('has no timeline latency');
});
