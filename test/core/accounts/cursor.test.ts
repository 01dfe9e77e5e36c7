import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openCursor, signCursor } from '../../../core/accounts/cursor.ts';

const key = Buffer.alloc(32, 1);
const scope = { accountId: 'acc_1', list: 'audit-log' };

test('a cursor gives back the position that it was made of', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (position) => {
      expect(openCursor(signCursor(position, scope, key), scope, key)).toBe(position);
    }),
  );
});

test.each([
  ['of another account', { ...scope, accountId: 'acc_2' }, key],
  ['of another list', { ...scope, list: 'subscriptions' }, key],
  ['signed with another key', scope, Buffer.alloc(32, 2)],
])('a cursor %s is void', (_, madeFor, madeWith) => {
  expect(openCursor(signCursor('2026', madeFor, madeWith), scope, key)).toBeUndefined();
});

test('a list and an account cannot be shifted into one another', () => {
  const cursor = signCursor('x', { accountId: 'a', list: 'b","c' }, key);

  expect(openCursor(cursor, { accountId: 'a","b', list: 'c' }, key)).toBeUndefined();
});

test('what was altered in any place is void', () => {
  const cursor = signCursor('2026-11-23T16:55:00.000Z#request', scope, key);
  fc.assert(
    fc.property(fc.nat(cursor.length - 1), fc.constantFrom('A', 'z', '0', '_'), (at, letter) => {
      const altered = cursor.slice(0, at) + letter + cursor.slice(at + 1);
      // The last letters of base64url hold spare bits, which decode to the same bytes.
      const bytes = (text: string) =>
        text.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex'));
      fc.pre(JSON.stringify(bytes(altered)) !== JSON.stringify(bytes(cursor)));
      expect(openCursor(altered, scope, key)).toBeUndefined();
    }),
  );
});

test.each(['', '.', 'abc', 'a.b', 'a.b.c', '..', 'é.é'])('%j is no cursor', (text) => {
  expect(openCursor(text, scope, key)).toBeUndefined();
});
