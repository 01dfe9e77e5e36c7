import { expect, test } from '@jest/globals';
import { completeUntil } from '../../../core/deliveries/event-history.ts';

const begunAt = new Date('2026-11-26T12:01:00.000Z');
const settled = '2026-11-26T12:00:00.000Z';
const earlier = '2026-11-26T11:59:59.999Z';
const later = '2026-11-26T12:00:00.001Z';

test.each([
  ['of all events', {}, settled],
  ['that begins before the settled time', { since: earlier }, settled],
  ['that begins after it, so that who asks again is never sent back', { since: later }, later],
  ['that ends before it, so that who asks again does not skip what came after', { until: earlier }, earlier],
  ['that ends after it', { until: later }, settled],
  ['that ends before it and begins there', { since: earlier, until: earlier }, earlier],
  ['of some types', { eventTypes: ['ticket.*'] }, settled],
])('a list %s is complete until then', (_, filter, expected) => {
  expect(completeUntil(filter, begunAt, 60)).toBe(expected);
});
