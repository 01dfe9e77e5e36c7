import { describe, expect, test } from '@jest/globals';
import {
  isAwaitingAnswer,
  isTooLateToAsk,
  openQuestion,
  withAnswer,
  withQuestion,
} from '../../../core/subscriptions/consent.ts';
import type { Verification } from '../../../core/subscriptions/verification.ts';
import { subscription } from '../../support/builders.ts';

const askedAt = '2026-11-23T17:00:00.000Z';
const hourMs = 3_600_000;
const after = (ms: number) => new Date(Date.parse(askedAt) + ms);
const question: Verification = { id: 'vrf_1', askedAt, state: 'asked' };

test('a new question takes the place of an earlier one, whatever that came to', () => {
  const seen = subscription({
    verification: {
      id: 'vrf_0',
      askedAt: '2026-11-22T17:00:00.000Z',
      state: 'failed',
      reason: 'timeout',
      status: 500,
    },
  });

  expect(withQuestion(seen, { id: 'vrf_1', askedAt })).toEqual({ ...seen, verification: question });
});

describe('a question is open', () => {
  test.each<[string, Verification | undefined, boolean]>([
    ['while it is asked', question, true],
    ['not once it is answered', { ...question, state: 'verified' }, false],
    ['not once it has failed', { ...question, state: 'failed' }, false],
    ['not if another one was asked since', { ...question, id: 'vrf_2' }, false],
    ['not if it was withdrawn', undefined, false],
  ])('%s', (_, verification, isOpen) => {
    const seen = subscription({ verification });

    expect(openQuestion(seen, 'vrf_1')).toEqual(isOpen ? verification : undefined);
  });
});

test.each([
  [-1, false],
  [hourMs, false],
  [hourMs + 1, true],
])('%i ms after it was asked, it is too late to ask it: %s', (ms, isLate) => {
  expect(isTooLateToAsk(question, after(ms))).toBe(isLate);
  expect(isAwaitingAnswer(subscription({ verification: question }), after(ms))).toBe(!isLate);
});

test.each<Verification | undefined>([
  undefined,
  { ...question, state: 'verified' },
  { ...question, state: 'failed' },
])('nobody awaits an answer to %j', (verification) => {
  expect(isAwaitingAnswer(subscription({ verification }), after(0))).toBe(false);
});

describe('an answer', () => {
  const now = after(5_000);
  const at = now.toISOString();
  const consent = { result: { state: 'verified', status: 200 } } as const;
  const seen = subscription({ status: 'pending', verification: question, receiver: {}, version: 7 });
  const outcome = { kind: 'success', status: 200, durationMs: 5, remoteAddress: '192.0.2.1' } as const;

  test('that consents enables a pending subscription and proves its receiver', () => {
    expect(withAnswer(seen, 'vrf_1', { ...consent, outcome }, now)).toEqual({
      ...seen,
      status: 'enabled',
      updatedAt: at,
      verifiedAt: at,
      verification: { ...question, state: 'verified', status: 200, answeredAt: at },
      receiver: { provenAt: at, provenAddresses: ['192.0.2.1'] },
      // What was parked before its URL changed goes on.
      drain: { since: at, nextAt: at, perSecond: 0 },
      version: 8,
    });
  });

  test.each(['enabled', 'disabled'] as const)('that consents leaves a subscription %s', (status) => {
    const next = withAnswer({ ...seen, status }, 'vrf_1', consent, now);

    expect(next).toMatchObject({ status, updatedAt: seen.updatedAt, verifiedAt: at });
  });

  test('that consents takes doubts away, and nothing else that is known', () => {
    const known = { slowSince: askedAt, provenAt: askedAt, doubts: { count: 1, at: askedAt } };
    const { doubts: _, ...kept } = known;

    expect(withAnswer({ ...seen, receiver: known }, 'vrf_1', consent, now)?.receiver).toEqual(kept);
  });

  test('that refuses is kept, and an earlier consent still counts', () => {
    const verified = { ...seen, verifiedAt: askedAt, receiver: { provenAt: askedAt } };
    const result = { state: 'failed', reason: 'challenge-not-echoed', status: 204 } as const;

    expect(withAnswer(verified, 'vrf_1', { result, outcome }, now)).toEqual({
      ...verified,
      verification: { ...question, ...result, answeredAt: at },
      version: 8,
    });
  });

  test('to another question counts for nothing', () => {
    expect(withAnswer(seen, 'vrf_0', consent, now)).toBeUndefined();
  });
});
