import { describe, expect, test } from '@jest/globals';
import { describeNotice } from '../../contract/notices.ts';
import type { Notice } from '../../core/subscriptions/notice.ts';
import { catalog as spanish } from '../../portal/i18n/es/catalog.ts';
import { catalog as portuguese } from '../../portal/i18n/pt/catalog.ts';
import type { Told } from '../../portal/notices/notice.ts';
import { sayNotice } from '../../portal/notices/say-notice.ts';
import { countUnseen, markSeen } from '../../portal/notices/seen.ts';
import { groupOf, healthOf, isHolding } from '../../portal/webhooks/health.ts';
import { endOfPause } from '../../portal/webhooks/pause-length.ts';

describe('the end of a pause', () => {
  // Times without a zone are in that of the viewer.
  const now = new Date('2026-11-30T17:30:00');

  test.each([
    ['hour', '2026-11-30T18:30:00'],
    ['hours', '2026-11-30T21:30:00'],
    ['tomorrow', '2026-12-01T09:00:00'],
    ['week', '2026-12-07T17:30:00'],
  ] as const)('of the length %s is %s', (length, end) => {
    expect(endOfPause(length, now, '')).toEqual(new Date(end));
  });

  test('is what was typed, if that is within the next 7 days', () => {
    expect(endOfPause('time', now, '2026-12-02T08:15')).toEqual(new Date('2026-12-02T08:15'));
  });

  test.each(['', 'soon', '2026-11-30T17:30', '2026-12-07T17:31'])(
    'is not known where what was typed is “%s”',
    (given) => {
      expect(endOfPause('time', now, given)).toBeUndefined();
    },
  );
});

describe('how a webhook does whose deliveries are kept', () => {
  const at = '2026-11-30T17:30:00.000Z';
  const level = (one: 'problem' | 'paused' | 'warning' | 'ok') => ({
    status: 'enabled' as const,
    health: { level: one, sentences: [] },
  });
  const failing = { bars: [{ delivered: 0, failed: 9 }], delivered: 0, failedAttempts: 9, medianMs: null };

  test('an open breaker needs its owner', () => {
    const state = healthOf({ ...level('problem'), breaker: { state: 'open', openedAt: at, openings: 1 } });
    expect([state, groupOf[state], isHolding(state)]).toEqual(['down', 'failing', true]);
  });

  test('a pause is a choice of its owner, whatever the calls before it came to', () => {
    const state = healthOf(level('paused'), failing);
    expect([state, groupOf[state], isHolding(state)]).toEqual(['paused', 'off', true]);
  });

  test('a receiver that asked for fewer calls does not fail', () => {
    expect(healthOf({ ...level('warning'), throttledUntil: at }, failing)).toBe('throttled');
  });

  test('while what was kept is sent, the calls that failed before do not count', () => {
    const state = healthOf({ ...level('ok'), drain: { since: at } }, failing);
    expect([state, isHolding(state)]).toEqual(['draining', false]);
  });
});

describe('a notice', () => {
  const subscription = { id: 'sub_1', url: 'https://crm.example.com/********', description: '' };
  const tell = (notice: Notice): Told => describeNotice(notice, 'acc_1');
  const time = (at: string) => at.slice(11, 16);
  const at = '2026-11-30T17:30:00.000Z';

  test('is told in the language of the page', () => {
    const told = tell({
      id: 'evt_1',
      type: 'webhook.subscription.changed',
      occurredAt: at,
      data: {
        subscription,
        fields: ['description', 'headers'],
        from: 'https://a.example',
        to: 'https://b.example',
        actor: { kind: 'api-key', id: 'key_1' },
      },
    });
    expect(sayNotice(told, portuguese, time)).toBe(
      'Configurações do webhook foram alteradas: descrição, headers. As chamadas agora vão para https://b.example, em vez de https://a.example.',
    );
  });

  test('goes on with the failure, also in one for which there was no answer', () => {
    const told = tell({
      id: 'evt_1',
      type: 'webhook.subscription.failing',
      occurredAt: at,
      data: { subscription, since: at, lastFailure: { reason: 'connection-refused' } },
    });
    expect(sayNotice(told, spanish, time)).toContain(
      'desde 17:30. Las entregas se guardan y se envían cuando vuelva a responder 2xx. La última llamada: nada acepta conexiones',
    );
  });

  test.each([
    ['of a type', { type: 'webhook.subscription.moved', data: { explanation: 'As it came.' } }],
    [
      'with a reason',
      {
        type: 'webhook.subscription.failing',
        data: { since: at, lastFailure: { reason: 'moon' }, explanation: 'As it came.' },
      },
    ],
  ])('%s that the page does not know is shown as it came', (_, told) => {
    expect(sayNotice(told as unknown as Told, portuguese, time)).toBe('As it came.');
  });

  test('is new until it was seen, in its account', () => {
    const notice = (recordedAt: string) => ({
      id: recordedAt,
      type: 'webhook.subscription.paused',
      acceptedAt: recordedAt,
      recordedAt,
      isTest: false,
    });
    const [older, newer] = [notice('2026-11-30T12:00:00.000Z'), notice('2026-11-30T12:00:01.000Z')];
    markSeen('acc_1', [older]);
    expect(countUnseen('acc_1', [newer, older])).toBe(1);
    markSeen('acc_1', [newer, older]);
    // An answer that is late takes nothing back.
    markSeen('acc_1', [older]);
    expect(countUnseen('acc_1', [newer, older])).toBe(0);
    expect(countUnseen('acc_2', [newer, older])).toBe(2);
  });
});
