import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { type LogLevel, logLines, metrics } from '../../core/telemetry.ts';

const sources = sourcesIn('functions');

function sourcesIn(folderName: string): string[] {
  const folder = fileURLToPath(new URL(`../../${folderName}`, import.meta.url));
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'));
}

/** The string literals in the first argument of these methods of telemetry, in all of functions/. */
function namesGivenTo(methods: string): string[] {
  const call = new RegExp(`\\b(?:telemetry\\.(?:${methods})|report)\\(([^,{;]*)`, 'g');
  return sources
    .flatMap((source) => [...source.matchAll(call)].flatMap(([, argument = '']) => literalsOf(argument)))
    .toSorted();
}

function literalsOf(text: string): string[] {
  return [...text.matchAll(/'([^'\n]+)'/g)].map(([, literal = '']) => literal);
}

function isIn(list: object): (name: string) => boolean {
  return (name) => Object.hasOwn(list, name);
}

// EventBridge writes and counts what reaches no function, as lib/ tells it to.
const literals = new Set([...sources, ...sourcesIn('lib')].flatMap(literalsOf));

test.each(Object.keys(logLines))('the log line %s is written somewhere in functions/ or lib/', (name) => {
  expect(literals.has(name)).toBe(true);
});

test.each(Object.keys(metrics))('the metric %s is counted somewhere in functions/ or lib/', (name) => {
  expect(literals.has(name)).toBe(true);
});

test('functions/ writes and counts no other names', () => {
  const written = namesGivenTo('info|warn|error');
  const counted = namesGivenTo('count').filter((name) => /^[A-Z]/.test(name));

  expect(written.length).toBeGreaterThanOrEqual(Object.keys(logLines).length);
  expect(written.filter((name) => !isIn(logLines)(name))).toEqual([]);
  expect(counted.length).toBeGreaterThan(5);
  expect(counted.filter((name) => !isIn(metrics)(name))).toEqual([]);
});

test.each(['info', 'warn', 'error'] as const satisfies LogLevel[])(
  'lines that telemetry.%s writes stand in the list with that level',
  (level) => {
    const call = new RegExp(`\\btelemetry\\.${level}\\(\\s*'([^']+)'`, 'g');
    const names = sources.flatMap((source) => [...source.matchAll(call)].map(([, name = '']) => name));

    expect(names).not.toEqual([]);
    for (const name of names) expect(logLines).toHaveProperty([name, 'level'], level);
  },
);
