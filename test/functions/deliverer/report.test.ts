import { expect, test } from '@jest/globals';
import type { MetricName } from '../../../core/telemetry.ts';
import type { Ending } from '../../../functions/deliverer/ending.ts';
import { logEnding } from '../../../functions/deliverer/report.ts';
import { attempt, deliveryMessage, subscription } from '../../support/builders.ts';
import { recordTelemetry } from '../../support/telemetry.ts';

const called = subscription({ url: 'https://crm.example.com:8443/hooks/s3cret' });
const times = { waitMs: 5_000, dueInMs: 65_000 };
const retry = { kind: 'retry', delaySeconds: 5, byQueue: true, dueInSeconds: 65 } as const;
const exhausted = { kind: 'exhausted', reason: 'status' } as const;
const failure = { kind: 'failure', reason: 'status', status: 500, durationMs: 3 } as const;
const failed = attempt({ outcome: { ...failure, responseExcerpt: 'hostile' } });
const settled = {
  kind: 'settled',
  subscription: called,
  attemptCount: 2,
  decisionIfMoved: retry,
  settledAt: new Date(),
} as const;
const answered = 'the receiver answered 500. It failed by itself: its own log should say why.';
const late = { kind: 'failure', reason: 'timeout', phase: 'handshake', durationMs: 5_000 } as const;
const host = 'crm.example.com:8443';

test.each<[ending: Ending, details: object, counts: MetricName[]]>([
  [{ kind: 'void' }, {}, []],
  [
    { kind: 'expired' },
    {
      explanation:
        'Given up: the time for its attempts was over, or the event was no longer stored. While it is, POST /deliveries/{id}/retry sends it again.',
    },
    [],
  ],
  [{ kind: 'deferred', delaySeconds: 0 }, {}, []],
  [
    { kind: 'cancelled', reason: 'subscription-deleted' },
    { reason: 'subscription-deleted', explanation: 'Cancelled: the subscription was deleted.' },
    [],
  ],
  [
    { kind: 'postponed', limit: 'host', times, turn: undefined, byQueue: true },
    {
      limit: 'host',
      waitMs: 5_000,
      explanation:
        'It waits for a limit until its next turn at 2026-11-23T17:00:05.000Z: all accounts have used the calls to this host. It goes on by itself; a host of your own is not shared.',
    },
    ['DeliveriesPostponed'],
  ],
  [
    { ...settled, attempt: attempt(), decision: { kind: 'delivered' } },
    { host, attemptCount: 2, outcome: attempt().outcome },
    ['AttemptsSucceeded'],
  ],
  [
    { ...settled, attempt: failed, decision: retry },
    {
      host,
      attemptCount: 2,
      outcome: failure,
      decision: retry,
      explanation: `Attempt 2 failed: ${answered}`,
    },
    ['AttemptsFailed'],
  ],
  [
    { ...settled, attempt: failed, decision: exhausted },
    {
      host,
      attemptCount: 2,
      outcome: failure,
      decision: exhausted,
      explanation: `Attempt 2 failed, and no other follows: ${answered}`,
    },
    ['AttemptsFailed', 'DeliveriesExhausted'],
  ],
  [
    { ...settled, attempt: attempt({ outcome: late }), decision: retry },
    {
      host,
      attemptCount: 2,
      outcome: late,
      decision: retry,
      explanation: expect.stringMatching(/^Attempt 2 failed: .* did not finish the TLS handshake in time/),
    },
    ['AttemptsFailed'],
  ],
  [
    { kind: 'answered', subscription: called, result: { state: 'verified', status: 200 } },
    { host, verification: { state: 'verified', status: 200 } },
    [],
  ],
])('an attempt that ends by %j is one line, and is counted', (ending, details, counts) => {
  const telemetry = recordTelemetry();
  const message = deliveryMessage({ body: '{"secret":1}' });

  const { accountId, subscriptionId, eventId, eventType } = message;

  logEnding(telemetry, message, ending, new Date('2026-11-23T17:00:00.000Z'));

  expect(telemetry.lines).toEqual([
    {
      level: 'info',
      name: 'delivery.attempted',
      fields: { accountId, subscriptionId, eventId, eventType, end: ending.kind, ...details },
    },
  ]);
  expect(telemetry.counts).toEqual(Object.fromEntries(counts.map((name) => [name, 1])));
});
