import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { followLogs } from '../../local/log-follower.ts';
import { until } from '../support/until.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webhooks-logs-'));
  file = join(folder, 'Dispatcher.log');
  await writeFile(file, 'of an earlier run\n');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('lines appear while they are written, without those of earlier runs and of other files', async () => {
  const seen: string[] = [];
  await writeFile(join(folder, 'notes.txt'), '');
  const follower = await followLogs(folder, (lines) => seen.push(...lines));
  await appendFile(file, 'first\nsecond\n');
  await appendFile(join(folder, 'notes.txt'), 'not a log\n');

  await until('two lines', () => seen.length >= 2);
  await follower.stop();

  expect(seen).toEqual(['first', 'second']);
});

test('a line that comes in pieces is whole, in the middle of a character too', async () => {
  const seen: string[] = [];
  const follower = await followLogs(folder, (lines) => seen.push(...lines));
  const bytes = Buffer.from('half 🎉 and half\nnext\nunfinished');
  for (const byte of bytes) await appendFile(file, Buffer.of(byte));

  await follower.stop();

  expect(seen).toEqual(['half 🎉 and half', 'next']);
});

test('more than one reading holds is read to the end', async () => {
  const seen: string[] = [];
  const follower = await followLogs(folder, (lines) => seen.push(...lines));
  const lines = Array.from({ length: 5_000 }, (_, index) => `${index} ${'x'.repeat(100)}`);
  await appendFile(file, `${lines.join('\n')}\n`);

  await follower.stop();

  expect(seen).toEqual(lines);
});
