import { describe, expect, test } from '@jest/globals';
import { explainCancellation, explainFailure } from '../../contract/failure-explanations.ts';
import { type CancellationReason, cancellationReasons } from '../../core/deliveries/delivery.ts';
import type { ExhaustionReason } from '../../core/deliveries/retry-policy.ts';
import type { CallPhase } from '../../core/receivers/delivery-outcome.ts';

describe('a failure is explained with what its owner can do about it:', () => {
  test.each<[ExhaustionReason, RegExp]>([
    ['gone', /answered 410: .*gone for good.*enable it again/],
    ['timeout', /in time.*answer before it does the work.*`timeoutMs`/],
    ['dns', /has no address.*DNS records/],
    ['connection-refused', /nothing accepts connections.*firewall/],
    ['connection-lost', /closed before the receiver answered.*log/],
    ['tls', /certificate or the TLS handshake.*`errorCode`/],
    ['protocol', /not HTTP.*port/],
    ['invalid-url', /does not call this URL.*`refusal`.*change the URL/],
    ['address-forbidden', /address that is not public.*DNS records/],
    ['aborted', /asked for no further attempt, by the header `webhook-delivery`/],
    ['challenge-not-echoed', /did not send the challenge back.*has to answer/],
    ['expired', /time for its attempts was over, or the event was no longer stored.*retry.*sends it again/],
  ])('%s', (reason, explanation) => {
    expect(explainFailure(reason, undefined)).toMatch(explanation);
  });
});

describe('a call that ran out of time is explained by what was not done:', () => {
  test.each<[CallPhase, RegExp]>([
    ['connect', /no connection .* ready in time.*host and port.*firewall/],
    ['handshake', /did not finish the TLS handshake in time.*TLS is spoken at the port/],
    ['answer', /took the connection, but did not begin to answer.*before it does the work; `timeoutMs`/],
    ['reading', /began to answer, but its status did not come.*status and headers at once/],
  ])('%s', (phase, explanation) => {
    expect(explainFailure('timeout', undefined, phase)).toMatch(explanation);
  });
});

test('a delivery whose time was over is explained with its last answer as well', () => {
  expect(explainFailure('expired', 503)).toMatch(
    /^the time for its attempts was over.* latest attempt was answered 503\. It is down/,
  );
  expect(explainFailure('expired', 200)).not.toMatch(/200/);
});

describe('an answer is explained by its status:', () => {
  const redirect = /Redirects are not followed: change the URL/;
  const invalid = /takes the callback for invalid.*signing secret with GET .*\/secret/;
  const closed = /does not let the call in.*signing secret with GET .*\/secret.*`headers`.*firewall/;
  const nowhere = /Nothing takes POST requests at this path: check the URL/;
  const outOfTime = /ran out of time: it should answer before it does the work/;
  const down = /down or overloaded.*check that it runs.*`rateLimit`/;
  const refused = /It refuses the callback: its own log/;
  const failed = /It failed by itself: its own log/;
  const noSuccess = /Only 2xx counts as delivered: answer 200/;

  test.each([
    ...[300, 301, 302, 303, 307, 308].map((status) => [status, redirect] as const),
    ...[400, 422].map((status) => [status, invalid] as const),
    ...[401, 403, 407].map((status) => [status, closed] as const),
    ...[404, 405].map((status) => [status, nowhere] as const),
    ...[408, 504].map((status) => [status, outOfTime] as const),
    [413, /raise its limit.* to 256 KiB/],
    [429, /set `rateLimit`, such as/],
    ...[502, 503].map((status) => [status, down] as const),
    ...[402, 406, 409, 411, 415, 418, 421, 423, 428, 430, 451, 499].map(
      (status) => [status, refused] as const,
    ),
    ...[500, 501, 505, 520, 599].map((status) => [status, failed] as const),
    ...[100, 199, 304, 399, 600, 999].map((status) => [status, noSuccess] as const),
  ])('%i', (status, meaning) => {
    const explanation = explainFailure('status', status);

    expect(explanation).toMatch(meaning);
    expect(explanation).toMatch(new RegExp(`^the receiver answered ${status}\\. \\S.*\\.$`));
  });

  test('without one, it is said that there was no success', () => {
    expect(explainFailure('status', undefined)).toMatch(
      /^the receiver did not answer 2xx\. The attempts of GET \/deliveries\/\{id\}/,
    );
  });
});

test.each<[CancellationReason, string]>([
  ['subscription-disabled', 'the subscription was disabled.'],
  ['subscription-pending', 'the receiver had not yet said that it wants callbacks.'],
  ['subscription-deleted', 'the subscription was deleted.'],
  ['account-suspended', 'the account was suspended.'],
  ['question-withdrawn', 'the receiver was asked for its consent anew, or the URL was changed.'],
])('a cancellation is explained: %s', (reason, explanation) => {
  expect(cancellationReasons).toContain(reason);
  expect(explainCancellation(reason)).toBe(explanation);
});
