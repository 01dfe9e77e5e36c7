import { describe, expect, test } from '@jest/globals';
import { eventSource, eventTypes } from '../../core/events/event-catalog.ts';
import { failureReasons } from '../../core/receivers/delivery-outcome.ts';
import { drillType } from '../../core/receivers/drill.ts';
import { logLines } from '../../core/telemetry.ts';
import { printable, readAccepted, readLogLine } from '../../local/live-lines.ts';

const [eventType] = eventTypes;
const ref = { eventId: 'evt_1', eventType, accountId: 'acc_1', subscriptionId: 'sub_1' };

function attempted(fields: object): string {
  return JSON.stringify({
    level: 'INFO',
    message: 'delivery.attempted',
    host: '127.0.0.1:4000',
    ...ref,
    ...fields,
  });
}
const settled = (outcome: object, decision: object | undefined, attemptCount = 1) =>
  attempted({ end: 'settled', outcome: { durationMs: 14.4, ...outcome }, decision, attemptCount });
const failed = (outcome: object) =>
  settled({ kind: 'failure', ...outcome }, { kind: 'retry', delaySeconds: 5 });

describe('an attempt', () => {
  test.each([
    ['that delivered', settled({ kind: 'success', status: 204 }, undefined), 'delivered', '204 in 14 ms'],
    [
      'that delivered later',
      settled({ kind: 'success', status: 200 }, undefined, 3),
      'delivered',
      '200 in 14 ms, attempt 3',
    ],
    [
      'that is repeated',
      failed({ reason: 'status', status: 500 }),
      'failed',
      'answered 500 in 14 ms, again in 5 s',
    ],
    [
      'that is repeated in minutes',
      settled({ kind: 'failure', reason: 'timeout' }, { kind: 'retry', delaySeconds: 301.4 }, 3),
      'failed',
      'no answer in time in 14 ms, attempt 3, again in 5 min',
    ],
    [
      'that is repeated in hours',
      settled({ kind: 'failure', reason: 'connection-refused' }, { kind: 'retry', delaySeconds: 7_300 }, 4),
      'failed',
      'connection refused in 14 ms, attempt 4, again in 2 h',
    ],
    [
      'that was the last',
      settled(
        { kind: 'failure', reason: 'status', status: 302 },
        { kind: 'exhausted', reason: 'status' },
        10,
      ),
      'given up',
      'answered 302 in 14 ms, after 10 attempts',
    ],
    [
      'that was the only one',
      settled(
        { kind: 'failure', reason: 'invalid-url', refusal: 'port' },
        { kind: 'exhausted', reason: 'invalid-url' },
      ),
      'given up',
      'invalid url (port) in 14 ms, after 1 attempt',
    ],
    [
      'for which no time is left',
      settled({ kind: 'failure', reason: 'dns' }, { kind: 'exhausted', reason: 'expired' }, 2),
      'given up',
      'its name leads to no address in 14 ms, after 2 attempts, its time is over',
    ],
    [
      'that disabled the subscription',
      settled({ kind: 'failure', reason: 'gone', status: 410 }, { kind: 'exhausted', reason: 'gone' }),
      'disabled',
      'answered 410 in 14 ms: the subscription is disabled',
    ],
    [
      'whose answer disabled the subscription',
      settled(
        { kind: 'failure', reason: 'status', status: 500, directive: 'disable' },
        { kind: 'exhausted', reason: 'aborted' },
      ),
      'disabled',
      'answered 500 in 14 ms: the subscription is disabled',
    ],
    [
      'whose answer wants no other attempt',
      settled(
        { kind: 'failure', reason: 'status', status: 500, directive: 'abort-message' },
        { kind: 'exhausted', reason: 'aborted' },
      ),
      'given up',
      'answered 500 in 14 ms, after 1 attempt, the receiver wants no other attempt',
    ],
    [
      'that was good, and disabled the subscription',
      settled({ kind: 'success', status: 204, directive: 'disable' }, undefined),
      'delivered',
      '204 in 14 ms: the subscription is disabled',
    ],
    [
      'with a bad certificate',
      failed({ reason: 'tls', errorCode: 'CERT_HAS_EXPIRED' }),
      'failed',
      'tls (CERT_HAS_EXPIRED) in 14 ms, again in 5 s',
    ],
    [
      'that is kept back',
      attempted({ end: 'parked', reason: 'failing' }),
      'kept',
      'the receiver fails; one call is made now and then',
    ],
    [
      'whose receiver fails too often',
      settled({ kind: 'failure', reason: 'status', status: 500 }, { kind: 'parked', reason: 'failing' }, 2),
      'failed',
      'answered 500 in 14 ms, attempt 2, kept until it works',
    ],
    [
      'that a limit holds up',
      attempted({ end: 'postponed', limit: 'account-at-host', waitMs: 1_200 }),
      'waits',
      '1 s, limit: account at host',
    ],
    [
      'for a slow receiver',
      attempted({ end: 'deferred' }),
      'waits',
      'the receiver is slow, or its account has no place left',
    ],
    [
      'that the subscription no longer takes',
      attempted({ end: 'cancelled', reason: 'subscription-disabled' }),
      'cancelled',
      'subscription disabled',
    ],
    ['that came too late', attempted({ end: 'expired' }), 'given up', 'its time is over'],
    [
      'of consent',
      attempted({ end: 'answered', verification: { state: 'verified', status: 200 } }),
      'consent',
      'verified',
    ],
    [
      'of refused consent',
      attempted({ end: 'answered', verification: { state: 'failed', reason: 'no-challenge' } }),
      'consent',
      'failed: no challenge',
    ],
    [
      'of a drill that was answered, rightly or not',
      attempted({
        eventType: drillType,
        end: 'answered',
        verification: { state: 'verified', status: 204 },
      }),
      'drill',
      'answered 204',
      drillType,
    ],
    [
      'of a drill that was not answered',
      attempted({
        eventType: drillType,
        end: 'answered',
        verification: { state: 'failed', reason: 'connection-refused' },
      }),
      'drill',
      'connection refused',
      drillType,
    ],
  ])(
    '%s is one line with its event, receiver and subscription',
    (_, line, kind, text, type: string = eventType) => {
      expect(readLogLine(line)).toEqual([
        { kind, eventType: type, eventId: 'evt_1', text: `${text}  127.0.0.1:4000  sub_1` },
      ]);
    },
  );

  test('that led to no call says nothing', () => {
    expect(readLogLine(attempted({ end: 'void' }))).toEqual([]);
  });

  test.each(failureReasons)('that failed by %s says so in words', (reason) => {
    const [line] = readLogLine(failed({ reason }));

    expect(line?.text).toMatch(/^[a-z][a-z ,]* in 14 ms/i);
  });
});

test('a refused event names its reason and the fields at fault', () => {
  const rejected = { level: 'WARN', message: 'event.rejected', eventId: 'evt_1', accountId: 'acc_1' };
  const line = JSON.stringify({
    ...rejected,
    reason: 'invalid-data',
    explanation: 'data.ticket.number: must be a number',
  });

  expect(readLogLine(line)).toEqual([
    {
      kind: 'refused',
      eventType: undefined,
      eventId: 'evt_1',
      text: 'invalid-data: data.ticket.number: must be a number',
    },
  ]);
});

describe('an event that the bus took', () => {
  const accepted = {
    source: eventSource,
    type: eventType,
    detail: { id: 'evt_1', accountId: 'acc_1' },
    logLines: [],
  };
  const logLine = { logLines: ['event.unrouted some source some type'] };
  const misspelt = `${eventType}x`;

  test.each([
    ['is published', accepted, 'published', 'for acc_1'],
    [
      'without an account is published all the same',
      { ...accepted, detail: { id: 'evt_1' } },
      'published',
      'for no account',
    ],
    [
      'of an unknown type names the nearest',
      { ...accepted, ...logLine, type: misspelt },
      'unrouted',
      `there is no such event type; did you mean ${eventType}?`,
    ],
    [
      'of a far-off type names none',
      { ...accepted, ...logLine, type: 'invoice.paid' },
      'unrouted',
      'there is no such event type',
    ],
    [
      'of another source names both',
      { ...accepted, ...logLine, source: 'shop' },
      'unrouted',
      `nothing takes events of the source shop, only of ${eventSource}`,
    ],
  ])('%s', (_, event, kind, text) => {
    expect(readAccepted(event)).toEqual({ kind, eventType: event.type, eventId: 'evt_1', text });
  });

  test('whose id is no text has none', () => {
    expect(readAccepted({ ...accepted, detail: { id: 7 } })).toMatchObject({ eventId: undefined });
  });
});

describe('an event that was taken in', () => {
  test.each([
    ['leads to calls, which show it', 'planned', 2, []],
    ['interests no subscription', 'planned', 0, [['nobody', 'none of the account’s subscriptions takes it']]],
    [
      'is of an account without subscriptions',
      'without-subscriptions',
      0,
      [['nobody', 'the account has no subscription']],
    ],
    ['came again from its queue', 'repeated', 2, []],
    [
      'was published before',
      'duplicate',
      2,
      [['known', 'published before with this id: not delivered again']],
    ],
  ])('%s', (_, outcome, deliveries, expected) => {
    const names = { eventId: 'evt_1', eventType: 'ticket.tagged', accountId: 'acc_1' };
    const record = { level: 'INFO', message: 'event.dispatched', ...names, outcome, deliveries };
    const lines = readLogLine(JSON.stringify(record));

    expect(lines.map(({ kind, text }) => [kind, text])).toEqual(expected);
    expect(lines.every(({ eventId }) => eventId === 'evt_1')).toBe(true);
  });
});

describe('a warning or a fault', () => {
  const others = Object.entries(logLines).filter(
    ([name, { level }]) => level !== 'info' && !['event.rejected', 'address.refused'].includes(name),
  );

  test.each(others)('%s is shown with its meaning', (name, { level, meaning }) => {
    const line = JSON.stringify({
      level: level.toUpperCase(),
      message: name,
      error: { message: 'whsec_secret' },
    });

    expect(readLogLine(line)).toMatchObject([
      { kind: level === 'error' ? 'fault' : 'warning', text: `${name}: ${meaning}` },
    ]);
  });
});

test.each([
  '',
  'plain text',
  '[]',
  '7',
  'null',
  '{"message":7}',
  '{"level":"INFO","message":"request.served"}',
])('a line that says nothing to a person is not shown: %s', (line) => {
  expect(readLogLine(line)).toEqual([]);
});

test('what happened to a webhook as a whole says what, where and to which', () => {
  const names = { accountId: 'acc_1', subscriptionId: 'sub_1', host: 'crm.example.com' };
  const record = { level: 'INFO', message: 'subscription.changed', ...names, change: 'breaker-opened' };

  expect(readLogLine(JSON.stringify({ ...record, health: 'The receiver fails.' }))).toEqual([
    { kind: 'webhook', text: 'breaker opened  crm.example.com  sub_1' },
  ]);
});

describe('text that publishers chose', () => {
  test.each([
    ['moves no cursor', '\u001B[2Jticket\u001B[31m', 'ticket'],
    ['makes no line of its own', 'a\nb\rc\u2028d', 'a?b?c?d'],
    ['does not turn the direction', 'a\u202Eb', 'a?b'],
    ['keeps its letters', 'Zoë 日本', 'Zoë 日本'],
  ])('%s', (_, text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  test('is cut', () => {
    expect(printable('x'.repeat(1_000))).toBe(`${'x'.repeat(200)}…`);
  });
});
