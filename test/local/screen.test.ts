import { Writable } from 'node:stream';
import { WriteStream } from 'node:tty';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createScreen } from '../../local/screen.ts';

const variables = ['CI', 'NO_COLOR', 'FORCE_COLOR', 'NODE_DISABLE_COLORS', 'TERM'];
let before: (string | undefined)[];
beforeEach(() => {
  before = variables.map((name) => process.env[name]);
  for (const name of variables) delete process.env[name];
  process.env['TERM'] = 'xterm-256color';
});
afterEach(() => {
  for (const [index, name] of variables.entries()) {
    const value = before[index];
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

function open(isTTY: boolean) {
  const written: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      written.push(chunk.toString());
      done();
    },
  });
  // As a terminal decides it, from the environment.
  const getColorDepth = () => WriteStream.prototype.getColorDepth(process.env);
  const screen = createScreen(Object.assign(stream, { isTTY, getColorDepth }));
  return { screen, written };
}

const escape = '\u001B';
const doNothing = () => Promise.resolve(3);

describe('in a terminal', () => {
  test('a step shows what is done while it is done, and one line once it is', async () => {
    const { screen, written } = open(true);
    const during = await screen.step(
      'Counting',
      () => Promise.resolve(written.join('')),
      () => 'counted',
    );

    expect(during).toMatch(/Counting … 0 s$/);
    expect(written.at(-2)).toBe(`\r${escape}[2K`);
    expect(written.at(-1)).toMatch(/✓.* counted +.*0\.0 s.*\n$/);
  });

  test('a step that fails leaves its line, and the error to the caller', async () => {
    const { screen, written } = open(true);

    await expect(
      screen.step(
        'Counting',
        () => Promise.reject(new Error('none')),
        () => '',
      ),
    ).rejects.toThrow('none');
    expect(written.at(-1)).toBe(`\r${escape}[2K`);
  });

  test('words have colours, unless NO_COLOR is set', () => {
    const { screen } = open(true);
    expect(screen.style('red', 'refused')).toBe(`${escape}[31mrefused${escape}[39m`);

    process.env['NO_COLOR'] = '1';

    expect(screen.style('red', 'refused')).toBe('refused');
  });
});

test('elsewhere, a step is one line without any control character', async () => {
  const { screen, written } = open(false);
  await screen.step('Counting', doNothing, (count) => `counted ${count}`);
  screen.say(screen.style('bold', 'done'), 'all of it');

  expect(written.join('')).toMatch(/^ {2}✓ counted 3 +0\.0 s\ndone\nall of it\n$/);
});
