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

test.each([997, 998, 5_000])('is cut to 1,000 characters: %i', (length) => {
  expect(explained('x'.repeat(length))).toBe(`a: ${'x'.repeat(length)}`.slice(0, 1_000));
});
