import { describe, expect, test } from '@jest/globals';
import { compilePattern } from '../../local/event-pattern.ts';

const event = {
  source: 'helpdesk',
  'detail-type': 'made',
  detail: { tags: ['vip', 'late'], level: 3, note: null },
};

describe('event pattern', () => {
  test.each([
    ['an exact value', { source: ['helpdesk'] }, true],
    ['another value', { source: ['billing'] }, false],
    ['one of several values', { source: ['billing', 'helpdesk'] }, true],
    ['all fields', { source: ['helpdesk'], 'detail-type': ['unmade'] }, false],
    ['a nested field', { detail: { level: [3] } }, true],
    ['a number as text', { detail: { level: ['3'] } }, false],
    ['null', { detail: { note: [null] } }, true],
    ['one element of a list in the event', { detail: { tags: ['late'] } }, true],
    ['a field that is missing', { detail: { colour: ['red'] } }, false],
    ['anything but a list of values', { 'detail-type': [{ 'anything-but': ['unmade'] }] }, true],
    ['anything but its own value', { 'detail-type': [{ 'anything-but': ['made', 'unmade'] }] }, false],
    ['anything but one value', { 'detail-type': [{ 'anything-but': 'made' }] }, false],
    ['anything-but of a field that is missing', { colour: [{ 'anything-but': ['red'] }] }, false],
  ])('matches by %s', (_, pattern, expected) => {
    expect(compilePattern(pattern)(event)).toBe(expected);
  });

  test.each([
    ['prefix', { source: [{ prefix: 'help' }] }],
    ['numeric', { detail: { level: [{ numeric: ['>', 2] }] } }],
  ])('throws for the operator %s instead of matching wrongly', (operator, pattern) => {
    expect(() => compilePattern(pattern)).toThrow(operator);
  });
});
