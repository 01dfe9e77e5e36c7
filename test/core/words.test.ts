import { expect, test } from '@jest/globals';
import { mustBeOneOf, nearestWord } from '../../core/words.ts';

const types = ['order.opened', 'order.paid', 'parcel.sent', 'order.*', 'parcel.*', '*'];

test.each([
  ['order.payd', 'order.paid'],
  ['order.piad', 'order.paid'],
  ['ORDER_PAID', 'order.paid'],
  ['Order Paid', 'order.paid'],
  ['orderPaid', 'order.paid'],
  ['paid', 'order.paid'],
  ['pai', 'order.paid'],
  ['opene', 'order.opened'],
  ['order.open', 'order.opened'],
  ['order', 'order.*'],
  ['orders.*', 'order.*'],
  ['parcl.*', 'parcel.*'],
  ['parcel.sends', 'parcel.sent'],
])('%s is nearly %s', (given, meant) => {
  expect(nearestWord(given, types)).toBe(meant);
});

test.each([
  '',
  '*.*',
  '**',
  'pa',
  'or',
  'invoice.sent',
  'order.refused',
  'bill',
  'order.opening',
  7,
  null,
  undefined,
  ['paid'],
])('%j is near to none', (given) => {
  expect(nearestWord(given, types)).toBeUndefined();
});

test.each([
  ['opne', undefined],
  ['opn', 'open'],
  ['oped', 'open'],
  ['clsoed', 'closed'],
  ['clsode', undefined],
])('one mistake in three characters is the most that a word may have, and two at all: %s', (given, meant) => {
  expect(nearestWord(given, ['open', 'closed'])).toBe(meant);
});

test('a text of more than a hundred characters is near to none', () => {
  const [longest, tooLong] = ['x'.repeat(100), 'x'.repeat(101)];

  expect(nearestWord(longest, [tooLong])).toBe(tooLong);
  expect(nearestWord(tooLong, [longest])).toBeUndefined();
});

test('the word with the fewest mistakes comes before words that only hold what was given', () => {
  expect(nearestWord('event', ['eventType', 'events'])).toBe('events');
  expect(nearestWord('type', ['limit', 'eventType'])).toBe('eventType');
});

test('an error names all words, and the one that was meant', () => {
  expect(mustBeOneOf(['open', 'closed'], 'x')).toBe('must be one of open, closed');
  expect(mustBeOneOf(['open', 'closed'], 'close')).toBe('must be one of open, closed; did you mean closed?');
});
