import { describe, expect, test } from '@jest/globals';
import type { Failing } from '../../../core/receivers/health.ts';
import { noteExhausted, toldOfExhausted } from '../../../core/subscriptions/exhaustion.ts';
import { withExhausted, withLesson } from '../../../core/subscriptions/lesson.ts';
import { subscription } from '../../support/builders.ts';

const now = new Date('2026-11-25T00:00:00.000Z');
const at = now.toISOString();
const day = 86_400;
const policy = { keepDisabledSeconds: day };
const seen = subscription({ version: 4 });
const receiver = { provenAt: '2026-11-24T00:00:00.000Z' };
const failing: Failing = {
  since: '2026-11-24T00:00:00.000Z',
  count: 5,
  eventId: 'evt_1',
  lastReason: 'timeout',
};
const breaker = { state: 'half-open', openedAt: '2026-11-24T00:00:00.000Z', openings: 3 } as const;

describe('what a call has taught', () => {
  test('is noted, which is no change of the subscription', () => {
    expect(withLesson(seen, { receiver }, now, policy)).toEqual({ ...seen, receiver, version: 5 });
  });

  test.each(['gone', 'invalid-url', 'address-forbidden', 'failing'] as const)(
    'may disable it: %s. What comes is kept for a day, and its owner is told',
    (disable) => {
      const keptUntil = '2026-11-26T00:00:00.000Z';
      const held = { ...seen, receiver: { ...receiver, failing, breaker, throttledUntil: at } };

      expect(withLesson(held, { receiver, disable }, now, policy)).toEqual({
        ...seen,
        receiver: { ...receiver, failing },
        version: 5,
        status: 'disabled',
        disabledReason: disable,
        keptUntil,
        updatedAt: at,
        outbox: [
          expect.objectContaining({
            id: 'evt_sub_1_5_0',
            type: 'webhook.subscription.disabled',
            data: expect.objectContaining({ reason: disable, keptUntil }),
          }),
        ],
      });
    },
  );

  test('keeps nothing on a stage that does not want it', () => {
    const next = withLesson(seen, { receiver, disable: 'gone' }, now, { keepDisabledSeconds: 0 });

    expect(next).not.toHaveProperty('keptUntil');
    expect(next.outbox?.[0]?.data).not.toHaveProperty('keptUntil');
  });

  test('begins a drain if it closes the breaker', () => {
    const held = { ...seen, receiver: { ...receiver, failing, breaker } };

    expect(withLesson(held, { receiver }, now, policy).drain).toEqual({
      since: at,
      nextAt: at,
      perSecond: 0,
    });
    expect(withLesson(held, { receiver: { ...receiver, breaker } }, now, policy)).not.toHaveProperty('drain');
  });

  test.each([
    ['who has heard that it fails', failing, ['webhook.subscription.recovered']],
    ['but not one who has not', { ...failing, tellAt: '2026-11-26T00:00:00.000Z' }, undefined],
  ])('tells its owner when it works again, %s', (_, run, types) => {
    const next = withLesson({ ...seen, receiver: { ...receiver, failing: run } }, { receiver }, now, policy);

    expect(next.outbox?.map(({ type }) => type)).toEqual(types);
  });
});

describe('a delivery that ended undelivered', () => {
  test('is told at once, and those after it an hour later', () => {
    expect(noteExhausted(undefined, now)).toEqual({ since: at, tellAt: at });
    expect(noteExhausted(toldOfExhausted(now), new Date(now.getTime() + 1_000))).toEqual({
      toldAt: at,
      since: '2026-11-25T00:00:01.000Z',
      tellAt: '2026-11-25T01:00:00.000Z',
    });
    expect(noteExhausted(toldOfExhausted(now), new Date(now.getTime() + 7_200_000))).toMatchObject({
      tellAt: '2026-11-25T02:00:00.000Z',
    });
  });

  test('costs no write if its owner hears of it anyway', () => {
    const noted = withExhausted(seen, now);

    expect(noted).toEqual({ ...seen, exhaustion: { since: at, tellAt: at }, version: 5 });
    expect(withExhausted(noted, new Date(now.getTime() + 1_000))).toBe(noted);
  });
});
