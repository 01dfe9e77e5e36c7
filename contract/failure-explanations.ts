import type { CancellationReason } from '../core/deliveries/delivery.ts';
import type { ExhaustionReason } from '../core/deliveries/retry-policy.ts';

/**
 * Why a delivery was given up, and what its owner can do: the end of a sentence, and one more if that helps. `status` is
 * the receiver's answer to the latest attempt, if there was one.
 */
export function explainFailure(reason: ExhaustionReason, status: number | undefined): string {
  if (reason !== 'status') return failures[reason];
  return status === undefined
    ? 'the receiver did not answer 2xx.'
    : `the receiver answered ${status}. ${meaningOf(status)}`;
}

/** Why a delivery was cancelled: the end of a sentence. */
export function explainCancellation(reason: CancellationReason): string {
  return cancellations[reason];
}

const failures: Readonly<Record<Exclude<ExhaustionReason, 'status'>, string>> = {
  gone: 'the receiver answered 410: it is gone for good. The subscription was disabled; if that is a mistake, enable it again.',
  timeout:
    'the receiver did not connect or answer in time. It should answer before it does the work; `timeoutMs` gives it more time.',
  dns: "the name in the URL has no address. Check its spelling and the name's DNS records.",
  'connection-refused':
    'nothing accepts connections at the host and port of the URL. Check that the receiver runs, and its firewall.',
  'connection-lost':
    'the connection was closed before the receiver answered. Its own log, or that of a proxy before it, should say why.',
  tls: 'the certificate or the TLS handshake of the receiver is not valid. `errorCode` of the attempt says what is wrong.',
  protocol: 'what the receiver answered is not HTTP. Check the port of the URL, and what listens there.',
  'invalid-url': 'iOmniHub does not call this URL. `refusal` of the attempt names the rule; change the URL.',
  'address-forbidden':
    'the name in the URL leads to an address that is not public. Check its DNS records, or change the URL.',
  'challenge-not-echoed':
    'the receiver did not send the challenge back. It has to answer with the challenge that is in the body.',
  expired: 'the time for its attempts was over, or the event was no longer stored.',
};

const cancellations: Readonly<Record<CancellationReason, string>> = {
  'subscription-disabled': 'the subscription was disabled.',
  'subscription-pending': 'the receiver had not yet said that it wants callbacks.',
  'subscription-deleted': 'the subscription was deleted.',
  'account-suspended': 'the account was suspended.',
  'question-withdrawn': 'the receiver was asked for its consent anew, or the URL was changed.',
};

/** What an answer other than 2xx and 410 means, in a sentence. */
function meaningOf(status: number): string {
  const known = meanings.find(({ statuses }) => statuses.includes(status));
  if (known) return known.meaning;
  if (status >= 400 && status <= 499) return 'It refuses the callback: its own log should say why.';
  if (status >= 500 && status <= 599) return 'It failed by itself: its own log should say why.';
  return 'Only 2xx counts as delivered.';
}

const meanings: readonly { readonly statuses: readonly number[]; readonly meaning: string }[] = [
  {
    statuses: [300, 301, 302, 303, 307, 308],
    meaning: 'Redirects are not followed: change the URL to the address that answers by itself.',
  },
  {
    statuses: [400, 422],
    meaning:
      'It takes the callback for invalid: its own log should say why. Check the signing secret that it uses.',
  },
  {
    statuses: [401, 403, 407],
    meaning:
      'It does not let the call in: check the signing secret that it uses, the tokens in `headers`, and its firewall.',
  },
  { statuses: [404, 405], meaning: 'Nothing takes POST requests at this path: check the URL.' },
  {
    statuses: [408, 504],
    meaning: 'It, or a proxy before it, ran out of time: it should answer before it does the work.',
  },
  { statuses: [413], meaning: 'It takes no body of this size: it has to take up to 256 KiB.' },
  { statuses: [429], meaning: 'It gets more calls than it wants: set `rateLimitPerSecond`.' },
  { statuses: [502, 503], meaning: 'It is down or overloaded, or a proxy before it does not reach it.' },
];
