import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { identifierSchema } from '../../../core/identifiers.ts';
import { isRight, probeIdOf, probeOf, probes, verdictOf } from '../../../core/receivers/drill.ts';
import { formatDrillId, parseDrillId } from '../../../core/receivers/drill-id.ts';

const drill = 'drl_0123456789abcdef01234567';

test.each(probes.map(({ code }) => code))('the id of the probe %s leads back to it', (code) => {
  const id = probeIdOf(drill, code);

  expect(identifierSchema.parse(id)).toBe(id);
  expect(probeOf(id)).toEqual({ drill, probe: expect.objectContaining({ code }) });
});

test.each(['', drill, `${drill}-`, `${drill}-none`, 'evt_1-valid', `x${drill}-valid`, `${drill}-valid-x`])(
  '%j is the id of none',
  (id) => {
    expect(probeOf(id)).toBeUndefined();
  },
);

test('what repeats another one comes after it', () => {
  const codes: string[] = probes.map(({ code }) => code);
  const repeating = probes.flatMap((probe, index) =>
    'repeats' in probe ? [[codes.indexOf(probe.repeats), index]] : [],
  );

  expect(repeating).not.toEqual([]);
  expect(repeating.filter(([first = -1, second = 0]) => first < 0 || first >= second)).toEqual([]);
});

test('some are to be taken, and some to be refused', () => {
  for (const expected of ['accept', 'refuse'])
    expect(probes.filter(({ expects }) => expects === expected).length).toBeGreaterThan(4);
});

describe('an answer', () => {
  test.each([
    [undefined, 'unanswered'],
    [199, 'failed'],
    [200, 'accepted'],
    [299, 'accepted'],
    [300, 'failed'],
    [399, 'failed'],
    [400, 'refused'],
    [410, 'refused'],
    [499, 'refused'],
    [500, 'failed'],
  ] as const)('of %s means %s', (status, verdict) => {
    expect(verdictOf(status)).toBe(verdict);
    expect(isRight('accept', verdict)).toBe(verdict === 'accepted');
    expect(isRight('refuse', verdict)).toBe(verdict === 'refused');
  });
});

describe('the id of a drill', () => {
  const name = { subscriptionId: 'sub_1', startedAt: '2026-11-26T12:34:56.000Z', drill };

  test('leads back to where its calls are', () => {
    expect(parseDrillId(formatDrillId(name))).toEqual(name);
  });

  test('is no other text', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(parseDrillId(text)).toBeUndefined()));
  });

  test.each([
    { ...name, subscriptionId: 'sub_1#D' },
    { ...name, startedAt: 'now' },
    { ...name, drill: 'evt_1' },
    { ...name, drill: `${drill} more` },
  ])('names nothing else: %j', (wrong) => {
    expect(parseDrillId(formatDrillId(wrong))).toBeUndefined();
  });
});
