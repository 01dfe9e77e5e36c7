import { describe, expect, test } from '@jest/globals';
import type { Call } from './calls.ts';
import type { Evidence } from './evidence.ts';
import { findCalledWhileFailing } from './failing-runs.ts';

const rules = {
  probeEveryMs: 1_000,
  deadlineMs: 1_000,
  excuses: { repeatedCalls: 0, unrecordedCalls: 0, uncountedCalls: 0, clockOffMs: 0 },
  interrupted: [],
} as unknown as Evidence;

function callAt(atMs: number, status = 503): Call {
  return {
    subscriptionId: 'sub_a',
    event: { id: `evt_${atMs}`, accountId: 'acc_a' },
    atMs,
    path: '/acc_a/0',
    headers: {},
    body: '',
    status,
    answeredAtMs: atMs + 10,
  };
}

const callsAt = (...times: number[]) => times.map((atMs) => callAt(atMs));
/** With the fifth, it is known; ten seconds later everybody knows. */
const known = callsAt(0, 1, 2, 3, 4);
const wave = callsAt(11_000, 11_001, 11_002, 11_003);

describe('sees that a receiver is called while it fails', () => {
  test.each<[string, readonly Call[], Partial<Evidence>]>([
    ['by all of a wave', [...known, ...wave], {}],
    ['more often than it is probed', [...known, ...callsAt(11_000, 11_700, 12_400, 13_100)], {}],
    [
      'once more than a death explains',
      [...known, ...wave, callAt(11_004)],
      { interrupted: [deathAt(11_000)] },
    ],
    ['after a success before', [callAt(0, 204), ...callsAt(1, 2, 3, 4, 5), ...wave], {}],
    [
      'after a success that came too late',
      [...known, { ...callAt(9_000, 204), answeredAtMs: 10_000 }, ...wave],
      {},
    ],
  ])('%s', (_, calls, evidence) => {
    expect(findCalledWhileFailing({ ...rules, ...evidence }, calls)).toMatchObject([
      { invariant: 'I13', subscriptionId: 'sub_a' },
    ]);
  });
});

describe('says nothing', () => {
  test.each<[string, readonly Call[], Partial<Evidence>]>([
    ['about probes', [...known, ...callsAt(11_000, 12_010, 14_000, 18_000)], {}],
    ['before it is known', [...known, ...callsAt(5, 6, 7, 8, 9_000)], {}],
    ['about few failures', [...callsAt(0, 1, 2, 3), ...wave], {}],
    ['about a receiver that works again', [...known, callAt(10_500, 204), ...wave], {}],
    [
      'about a receiver that asks for fewer calls',
      [...known, ...wave].map((one) => ({ ...one, status: 429 })),
      {},
    ],
    ['where nothing is held back', [...known, ...wave], { probeEveryMs: undefined }],
    ['about a call that a death explains', [...known, ...wave], { interrupted: [deathAt(11_000)] }],
  ])('%s', (_, calls, evidence) => {
    expect(findCalledWhileFailing({ ...rules, ...evidence }, calls)).toEqual([]);
  });
});

function deathAt(atMs: number): Evidence['interrupted'][number] {
  return { subscriptionId: 'sub_a', eventId: 'evt_1', fromMs: atMs, untilMs: atMs };
}
