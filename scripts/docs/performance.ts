import { readFileSync } from 'node:fs';
import { showCell, showNumber } from '../../bench/numbers.ts';
import type { Goal, Measurement, Plot, Table, Timeline } from '../../bench/section.ts';
import { table } from './markdown.ts';

/** The figures that `npm run bench -- --publish` has written, by section. */
export function readMeasurements(root: URL): Readonly<Record<string, Measurement>> {
  const text = readFileSync(new URL('docs/performance/measurements.json', root), 'utf8');
  return JSON.parse(text) as Record<string, Measurement>;
}

/** Throws if no section has a plot of this name. */
export function findPlot(root: URL, name: string): Plot {
  const plots = Object.values(readMeasurements(root)).flatMap(({ plots = [] }) => plots);
  const found = plots.find((plot) => plot.name === name);
  if (!found) throw new Error(`docs/performance/measurements.json has no plot ${name}`);
  return found;
}

/** Throws if no section has a timeline of this name. */
export function findTimeline(root: URL, name: string): Timeline {
  const all = Object.values(readMeasurements(root)).flatMap(({ timelines = [] }) => timelines);
  const found = all.find((timeline) => timeline.name === name);
  if (!found) throw new Error(`docs/performance/measurements.json has no timeline ${name}`);
  return found;
}

/** The place of a section's figures. */
const figuresPattern =
  /(<!-- figures of (\S+), written by `npm run docs` from docs\/performance\/measurements.json -->\n\n)[\s\S]*?(<!-- end of figures -->)/g;

/** The document with the figures of each section for which it has a place. */
export function embedFigures(document: string, root: URL): string {
  const measurements = readMeasurements(root);
  return document.replaceAll(figuresPattern, (_, start: string, name: string, end: string) => {
    const measurement = measurements[name];
    return `${start}${measurement ? describe(measurement) : 'Not measured yet.'}\n\n${end}`;
  });
}

function describe({ tables, goals, notes, measuredAt, machine, short }: Measurement): string {
  const where = `${machine.processors} processors (${machine.model}) with Node.js ${machine.node}`;
  const form = short ? ', in the short form' : '';
  return [
    `Measured on ${measuredAt.slice(0, 10)} on ${where}${form}.`,
    ...tables.map(describeTable),
    ...(goals.length > 0 ? [describeGoals(goals)] : []),
    notes.map((note) => `- ${note}`).join('\n'),
  ]
    .filter(Boolean)
    .join('\n\n');
}

function describeTable({ title, heads, rows }: Table): string {
  return `**${title}**\n\n${table(
    [...heads],
    rows.map((row) => row.map(showCell)),
  )}`;
}

function describeGoals(goals: readonly Goal[]): string {
  return table(
    ['Goal', 'Measured', 'At most', ''],
    goals.map(({ name, value, atMost }) => [
      name,
      showNumber(value),
      showNumber(atMost),
      value <= atMost ? 'held' : '**missed**',
    ]),
  );
}
