import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createScratchCopy } from '../../scripts/scratch-copy.ts';
import { describeInNamespace } from '../support/any-address-namespace.ts';
import { namespaceArguments } from '../support/namespace.ts';
import type { ReadmeInput, ReadmeReport } from '../support/readme-probe.ts';

/** The README is followed word by word, in a copy of the sources that has run nothing yet. */

jest.setTimeout(400_000);

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
const probe = fileURLToPath(new URL('../support/readme-probe.ts', import.meta.url));

interface Block {
  readonly language: string;
  readonly content: string;
}

const all: readonly Block[] = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(
  ([, language = '', content = '']) => ({ language, content }),
);
/** A session: lines with `$` are entered, the others are what they print. */
const sessions = all.filter(({ language }) => language === 'console').map(({ content }) => content);
const scripts = all.filter(({ language }) => language === 'sh').map(({ content }) => content);
/** They need an AWS account. */
const needsAws = (script: string) => /cdk deploy|aws sts/.test(script);
const shownWhileRunning = all.filter(({ language }) => language === 'text').map(({ content }) => content);

/** What the reader waits for, by a part of the block. */
const awaited: readonly (readonly [string, readonly string[]])[] = [
  ['--set data.ticket.channel=instagram', ['verified ticket.tagged instagram', '127.0.0.1:4000  sub_']],
  ['--id evt_1', ['published before with this id: not delivered again']],
  ['--unchecked', ['invalid-data: detail.data.ticket.number']],
  ['kill %1', ['connection refused in']],
];

/** Differs from run to run. */
function general(line: string): string {
  return line
    .replace(/^ {2}\d\d:\d\d:\d\d/, '  12:00:00')
    .replaceAll(/evt_[0-9a-f-]{36}/g, 'evt_x')
    .replaceAll(/sub_[0-9a-f]{24}/g, 'sub_x')
    .replaceAll(/127\.0\.0\.1:(?!3000|4000)\d+/g, '127.0.0.1:0')
    .replaceAll(/whl_[\w-]+/g, 'whl_x')
    .replaceAll(/\d+(\.\d+)? m?s\b/g, 'a while')
    .replaceAll(/ +/g, ' ')
    .trimEnd();
}
/** Without the commands that npm says it runs. */
const linesOf = (shown: string) =>
  shown
    .split('\n')
    .filter((line) => line && !line.startsWith('> '))
    .map(general)
    .toSorted();

describeInNamespace('the README', () => {
  let folder: string;
  let report: ReadmeReport;
  const followed = scripts.filter((script) => !needsAws(script));
  const [session = ''] = sessions;
  const [command = '', ...printed] = session.split('\n');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'webhooks-readme-'));
    const copy = createScratchCopy();
    await rename(copy.folder, join(folder, 'checkout'));
    const input: ReadmeInput = {
      folder: join(folder, 'checkout'),
      start: { block: command.replace(/^\$ /, ''), awaits: 'Ctrl-C stops everything' },
      blocks: followed.map((block) => ({
        block,
        awaits: awaited.flatMap(([part, texts]) => (block.includes(part) ? texts : [])),
      })),
    };
    report = await follow(input);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('has one session, which begins with what is started, and two blocks that need AWS', () => {
    expect(sessions.map((content) => content.split('\n')[0])).toEqual(['$ npm ci && npm start']);
    expect(scripts.filter(needsAws)).toHaveLength(2);
    expect(followed.length).toBeGreaterThan(6);
    for (const [part] of awaited)
      expect(followed.filter((block) => block.includes(part)).length).toBeGreaterThan(0);
  });

  test('runs block after block', () => {
    expect(report).toMatchObject({ statuses: followed.map(() => 0) });
  });

  test('shows what a first start prints', () => {
    const before = report.first.slice(0, report.first.indexOf('Ctrl-C stops everything'));

    expect(linesOf(printed.join('\n'))).toEqual(linesOf(`${before}Ctrl-C stops everything.`));
  });

  test('shows the lines of a published event', () => {
    const shown = linesOf(report.first);

    expect(shownWhileRunning).toHaveLength(1);
    for (const line of linesOf(shownWhileRunning.join(''))) expect(shown).toContain(line);
  });

  test('leads to a verified callback of one’s own, and delivers an event once that is published twice', () => {
    expect(report.second).toContain('verified ticket.tagged instagram');
    expect(report.second.match(/^verified /gm)).toHaveLength(2);
    expect(`${report.first}${report.second}`).not.toMatch(/EADDRINUSE|not found/i);
  });
});

/** With the Node and the environment of a login shell, not those that npm gives to a test. */
async function follow(input: ReadmeInput): Promise<ReadmeReport> {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE|PORT$|JEST|CI$)/.test(name));
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((part) => !part.includes('node_modules'));
  const child = spawn('unshare', namespaceArguments(probe), {
    env: { ...Object.fromEntries(own), PATH: path.join(delimiter) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(input));
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return JSON.parse(output) as ReadmeReport;
}
