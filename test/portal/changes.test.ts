import { describe, expect, test } from '@jest/globals';
import { describeActor, describeEntry } from '../../portal/changes/describe-entry.ts';
import type { Entry } from '../../portal/changes/entry.ts';
import { mergeEntries } from '../../portal/changes/use-changes.ts';
import { changes as t } from '../../portal/i18n/en/changes.ts';
import { createFormats } from '../../portal/i18n/formats.ts';

const at = '2026-11-30T17:32:15.000Z';
const entry = (details?: Entry['details']): Entry => ({
  at,
  action: 'subscription.changed',
  actor: { kind: 'api-key', id: 'key_1' },
  subscriptionId: 'sub_1',
  details,
});

describe('a change is told with what it is about:', () => {
  test.each<[string, Entry['details'], string[]]>([
    ['nothing', undefined, []],
    [
      'a timeout',
      { fields: ['timeoutMs'], before: { timeoutMs: null }, after: { timeoutMs: 10_000 } },
      ['timeout: none → 10.0 s'],
    ],
    [
      'a status',
      { fields: ['status'], before: { status: 'enabled' }, after: { status: 'disabled' } },
      ['status: enabled → disabled'],
    ],
    [
      'types',
      {
        fields: ['eventTypes'],
        before: { eventTypes: ['ticket.*', 'a.b'] },
        after: { eventTypes: ['a.b', 'customer.*'] },
      },
      ['events: + customer.*, − ticket.*'],
    ],
    [
      'another host',
      { fields: ['url'], from: 'https://a.example', to: 'https://b.example' },
      ['URL: https://a.example → https://b.example'],
    ],
    ['another path', { fields: ['url'], from: 'https://a.example', to: 'https://a.example' }, ['URL']],
    ['metadata', { fields: ['metadata'], metadata: ['team', 'tier'] }, ['metadata: team, tier']],
    [
      'several, of which some have no values',
      { fields: ['description', 'timeoutMs'], before: { timeoutMs: 1_000 }, after: { timeoutMs: null } },
      ['description', 'timeout: 1.0 s → none'],
    ],
    [
      'names, for who may only read',
      { fields: ['url', 'status', 'timeoutMs'] },
      ['URL', 'status', 'timeout'],
    ],
    ['headers', { names: ['x-a', 'x-b'] }, ['x-a', 'x-b']],
    ['a test', { eventType: 'a.b', eventId: 'evt_1' }, ['a.b']],
  ])('%s', (_, details, told) => {
    expect(describeEntry(entry(details), t, createFormats('en'))).toEqual(told);
  });
});

test.each<[Entry['actor'], string]>([
  [{ kind: 'api-key', id: 'key_1' }, 'API key key_1'],
  [{ kind: 'portal-session', id: 'mine' }, 'You, in this session'],
  [{ kind: 'portal-session', id: 'other' }, 'Session of this page other'],
  [{ kind: 'portal-session' }, 'Session of this page'],
  [{ kind: 'backend', id: 'iomnihub' }, 'iOmniHub'],
])('%j is told as %s', (actor, told) => {
  expect(describeActor(actor, 'mine', t)).toBe(told);
  expect(describeActor({ kind: 'portal-session' }, undefined, t)).toBe('Session of this page');
});

test('pages of changes become one list, newest first, each once', () => {
  const [first, second, third] = ['17:00', '17:01', '17:02'].map((time) => ({
    ...entry(),
    at: `2026-11-30T${time}:00.000Z`,
  })) as [Entry, Entry, Entry];

  expect(mergeEntries([second, first], [third, { ...second }])).toEqual([third, second, first]);
  const known = [second, first];
  expect(mergeEntries(known, [{ ...first }])).toBe(known);
});
