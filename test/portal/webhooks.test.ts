import { describe, expect, test } from '@jest/globals';
import {
  draftOf,
  emptyDraft,
  rebaseDraft,
  savedDraft,
  toNewWebhook,
  toPatch,
} from '../../portal/webhooks/draft.ts';
import { healthOf, matches, successRate, type Webhook } from '../../portal/webhooks/health.ts';
import { isImplied, isTicked, toggleSelector } from '../../portal/webhooks/selectors.ts';

const webhook: Webhook = {
  id: 'sub_1',
  url: 'https://crm.example.com/hooks',
  eventTypes: ['ticket.*'],
  description: 'Keeps the CRM in step',
  metadata: {},
  status: 'enabled',
  headers: { 'x-api-token': '********', 'x-tenant': '********' },
  health: { level: 'ok', sentences: [] },
  createdAt: '2026-11-30T12:00:00.000Z',
  updatedAt: '2026-11-30T12:00:00.000Z',
};
const calls = (...bars: { delivered: number; failed: number }[]) => ({
  bars,
  delivered: 0,
  failedAttempts: 0,
  medianMs: null,
});

describe('the choice of event types', () => {
  test('a wider choice takes the place of those that it implies', () => {
    const one = toggleSelector('ticket.one', []);
    const two = toggleSelector('ticket.two', one);
    expect(two).toEqual(['ticket.one', 'ticket.two']);
    expect(toggleSelector('ticket.*', two)).toEqual(['ticket.*']);
    expect(toggleSelector('*', [...two, 'customer.*'])).toEqual(['*']);
  });

  test('what a wider choice implies is ticked', () => {
    expect(isTicked('ticket.one', ['ticket.*'])).toBe(true);
    expect(isTicked('customer.one', ['ticket.*'])).toBe(false);
    expect(isTicked('ticket.*', ['*'])).toBe(true);
    expect(isImplied('ticket.*', ['ticket.*'])).toBe(false);
  });

  test('everything does not imply what is about the webhooks themselves, which their own family does', () => {
    expect(toggleSelector('*', ['webhook.*', 'ticket.one'])).toEqual(['webhook.*', '*']);
    expect(isTicked('webhook.*', ['*'])).toBe(false);
    expect(isTicked('webhook.one.two', ['*'])).toBe(false);
    expect(isTicked('webhook.one.two', ['webhook.*'])).toBe(true);
  });

  test('a choice is taken back by a second click', () => {
    expect(toggleSelector('ticket.one', ['ticket.one', 'customer.*'])).toEqual(['customer.*']);
  });
});

describe('the form of a webhook', () => {
  test('fields that were left empty are not sent', () => {
    const draft = { ...emptyDraft, url: ' https://crm.example.com/hooks ', eventTypes: ['*'] };
    expect(toNewWebhook(draft)).toEqual({
      url: 'https://crm.example.com/hooks',
      eventTypes: ['*'],
      description: '',
      headers: {},
    });
  });

  test.each(['soon', '10s', '1.000,5', '-'])(
    'a limit of %s goes to the API as it is, which refuses it, and does not remove the limit',
    (text) => {
      const limits = { timeoutSeconds: text, rateLimit: text };
      const sent = { timeoutMs: text, rateLimit: { calls: text, perSeconds: 1 } };
      expect(JSON.parse(JSON.stringify(toNewWebhook({ ...emptyDraft, ...limits })))).toMatchObject(sent);
      const patch = toPatch({ ...draftOf(webhook), ...limits }, webhook);
      expect(JSON.parse(JSON.stringify(patch))).toEqual(sent);
    },
  );

  test('a thousand that is written with a dot or a comma is not taken for one', () => {
    for (const rateLimit of ['1.000', '1,000'])
      expect(toNewWebhook({ ...emptyDraft, rateLimit }).rateLimit?.calls).toBe(rateLimit);
  });

  test('what is typed while it is being saved stays, and what was saved is not sent again', () => {
    const headers = [{ key: 9, name: 'x-new', value: 'secret', isStored: false }];
    const sent = { ...draftOf(webhook), description: 'Saved', headers };
    const saved = { ...webhook, description: 'Saved', headers: { 'x-new': '********' } };
    const draft = savedDraft(sent, { ...sent, timeoutSeconds: '3' }, saved);
    expect(toPatch(draft, saved)).toEqual({ timeoutMs: 3_000 });
  });

  test('seconds are written in any of the languages, and sent as milliseconds', () => {
    expect(toNewWebhook({ ...emptyDraft, timeoutSeconds: '2,5' }).timeoutMs).toBe(2_500);
    expect(toNewWebhook({ ...emptyDraft, timeoutSeconds: '2.5' }).timeoutMs).toBe(2_500);
  });

  test('an untouched form changes nothing', () => {
    expect(toPatch(draftOf(webhook), webhook)).toEqual({});
  });

  test('only what was changed is sent', () => {
    expect(toPatch({ ...draftOf(webhook), description: 'New' }, webhook)).toEqual({ description: 'New' });
    expect(toPatch({ ...draftOf(webhook), rateLimit: '5' }, webhook)).toEqual({
      rateLimit: { calls: 5, perSeconds: 1 },
    });
  });

  test('a rate limit is changed in its number or its time, removed, and left alone', () => {
    const limited: Webhook = { ...webhook, rateLimit: { calls: 30, perSeconds: 60 } };
    const draft = draftOf(limited);
    expect(draft).toMatchObject({ rateLimit: '30', ratePer: '60' });
    expect(toPatch(draft, limited)).toEqual({});
    expect(toPatch({ ...draft, ratePer: '1' }, limited)).toEqual({ rateLimit: { calls: 30, perSeconds: 1 } });
    expect(toPatch({ ...draft, rateLimit: '20' }, limited)).toEqual({
      rateLimit: { calls: 20, perSeconds: 60 },
    });
    expect(toPatch({ ...draft, rateLimit: '' }, limited)).toEqual({ rateLimit: null });
    expect(toPatch({ ...draftOf(webhook), ratePer: '60' }, webhook)).toEqual({});
  });

  test("somebody else's change is not undone by saving one's own", () => {
    const draft = { ...draftOf(webhook), description: 'Mine' };
    const changed = {
      ...webhook,
      rateLimit: { calls: 7, perSeconds: 60 },
      eventTypes: ['*'] as const,
    } as unknown as Webhook;
    const rebased = rebaseDraft(draft, webhook, changed);
    expect(toPatch(rebased, changed)).toEqual({ description: 'Mine' });
  });

  test('an emptied limit is removed', () => {
    const limited = { ...webhook, timeoutMs: 5_000 };
    expect(toPatch({ ...draftOf(limited), timeoutSeconds: '' }, limited)).toEqual({ timeoutMs: null });
  });

  test('a removed header is named, a stored one stays without its value, and a new one comes with it', () => {
    const draft = draftOf(webhook);
    const headers = [
      ...draft.headers.filter(({ name }) => name !== 'x-tenant'),
      { key: 9, name: 'x-new', value: 'v', isStored: false },
    ];
    expect(toPatch({ ...draft, headers }, webhook)).toEqual({ headers: { 'x-tenant': null, 'x-new': 'v' } });
  });

  test('a stored header gets another value if one is typed', () => {
    const draft = draftOf(webhook);
    const headers = draft.headers.map((header) => ({ ...header, value: header.key === 0 ? 'next' : '' }));
    expect(toPatch({ ...draft, headers }, webhook)).toEqual({ headers: { 'x-api-token': 'next' } });
  });
});

describe('how a webhook does', () => {
  test('calls that all fail in the latest hour make a healthy webhook a failing one', () => {
    const activity = calls(
      { delivered: 9, failed: 0 },
      { delivered: 0, failed: 3 },
      { delivered: 0, failed: 0 },
    );
    expect(healthOf(webhook, activity)).toBe('failing');
  });

  test('what failed earlier and works now is mended', () => {
    expect(healthOf(webhook, calls({ delivered: 0, failed: 9 }, { delivered: 4, failed: 0 }))).toBe(
      'healthy',
    );
  });

  test('a few failures among many calls do not count', () => {
    expect(healthOf(webhook, calls({ delivered: 99, failed: 1 }))).toBe('healthy');
    expect(healthOf(webhook, calls({ delivered: 5, failed: 5 }))).toBe('shaky');
  });

  test('a disabled webhook is off or ended, whatever its calls were', () => {
    const failing = calls({ delivered: 0, failed: 9 });
    const disabled = { ...webhook, status: 'disabled' } as const;
    expect(healthOf({ ...disabled, health: { level: 'off', sentences: [] } }, failing)).toBe('off');
    expect(healthOf({ ...disabled, health: { level: 'problem', sentences: [] } }, failing)).toBe('ended');
  });

  test('without a call there is no success rate', () => {
    expect(successRate({ ...calls(), delivered: 0, failedAttempts: 0 })).toBeUndefined();
    expect(successRate({ ...calls(), delivered: 3, failedAttempts: 1 })).toBe(0.75);
  });
});

test('a search finds words of the URL, the description and the event types, in any order', () => {
  expect(matches(webhook, 'CRM ticket')).toBe(true);
  expect(matches(webhook, 'step example')).toBe(true);
  expect(matches(webhook, 'bot')).toBe(false);
});
