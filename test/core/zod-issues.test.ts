import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { explain } from '../../core/zod-issues.ts';

function explained(message: string): string {
  const { error } = z.strictObject({ a: z.string(message) }).safeParse({ a: 1 });
  if (!error) throw new Error('it was accepted');
  return explain(error);
}

test('names the field and what is wrong with it', () => {
  expect(explained('must be text')).toBe('a: must be text');
});

test('names five fields at most, each by its whole path below the root', () => {
  const fields = z.object({ list: z.array(z.number('must be a number')) });
  const errorOf = (count: number) => {
    const { error } = fields.safeParse({ list: Array.from({ length: count }, () => 'x') });
    if (!error) throw new Error('it was accepted');
    return error;
  };

  expect(explain(errorOf(1), 'detail')).toBe('detail.list.0: must be a number');
  expect(explain(errorOf(5)).split('; ')).toHaveLength(5);
  expect(explain(errorOf(6)).split('; ')).toEqual(
    [0, 1, 2, 3, 4].map((index) => `list.${index}: must be a number`),
  );
});

test('calls the value itself by a word', () => {
  const { error } = z.string('must be text').safeParse(5);

  expect(error && [explain(error), explain(error, 'detail')]).toEqual([
    'value: must be text',
    'detail: must be text',
  ]);
});

test.each([
  ['ação', 'a: a??o'],
  ['a\nb\u007f', 'a: a?b?'],
  [' ~', 'a:  ~'],
])('is printable ASCII, also for %j', (message, line) => {
  expect(explained(message)).toBe(line);
});

test.each([997, 998, 5_000])('is cut to 1,000 characters: %i', (length) => {
  expect(explained('x'.repeat(length))).toBe(`a: ${'x'.repeat(length)}`.slice(0, 1_000));
});
