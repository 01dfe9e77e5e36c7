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
const host = 'crm.example.com:8443';

test.each<[ending: Ending, details: object, counts: MetricName[]]>([
  [{ kind: 'void' }, {}, []],
  [{ kind: 'expired' }, {}, []],
  [{ kind: 'deferred', delaySeconds: 0 }, {}, []],
  [{ kind: 'cancelled', reason: 'subscription-deleted' }, { reason: 'subscription-deleted' }, []],
  [
    { kind: 'postponed', limit: 'host', times, turn: undefined, byQueue: true },
    { limit: 'host', waitMs: 5_000 },
    ['DeliveriesPostponed'],
  ],
  [
    { ...settled, attempt: attempt(), decision: { kind: 'delivered' } },
    { host, attemptCount: 2, outcome: attempt().outcome },
    ['AttemptsSucceeded'],
  ],
  [
    { ...settled, attempt: failed, decision: retry },
    { host, attemptCount: 2, outcome: failure, decision: retry },
    ['AttemptsFailed'],
  ],
  [
    { ...settled, attempt: failed, decision: exhausted },
    { host, attemptCount: 2, outcome: failure, decision: exhausted },
    ['AttemptsFailed', 'DeliveriesExhausted'],
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

  logEnding(telemetry, message, ending);

  expect(telemetry.lines).toEqual([
    {
      level: 'info',
      name: 'delivery.attempted',
      fields: { accountId, subscriptionId, eventId, eventType, end: ending.kind, ...details },
    },
  ]);
  expect(telemetry.counts).toEqual(Object.fromEntries(counts.map((name) => [name, 1])));
});
