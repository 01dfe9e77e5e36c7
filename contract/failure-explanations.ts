import type { CancellationReason } from '../core/deliveries/delivery.ts';
import type { ExhaustionReason } from '../core/deliveries/retry-policy.ts';
import type { CallPhase } from '../core/receivers/delivery-outcome.ts';
import type { ParkReason } from '../core/subscriptions/parking.ts';
import { type Sentence, type SentenceCode, say, textOf } from './sentences.ts';

/**
 * Why a delivery was given up, and what its owner can do: the end of a sentence, and one more if that helps. `status` is
 * the receiver's answer to the latest attempt, if there was one, and `phase` tells how far a call got that had no answer.
 */
export function sayFailure(
  reason: ExhaustionReason,
  status: number | undefined,
  phase?: CallPhase,
): Sentence[] {
  if (reason === 'timeout' && phase) return [say(`failure.timeout-${phase}`)];
  if (reason === 'status' && status !== undefined)
    return [say('failure.answered', { status }), say(meaningOf(status))];
  // The time was over after an answer that was no success.
  return [say(`failure.${reason}`), ...(reason === 'expired' ? sayLastAnswer(status) : [])];
}

/** The answer to the latest attempt in a sentence of its own, if there was one and it was no success. */
export function sayLastAnswer(status: number | undefined): Sentence[] {
  return status === undefined || isSuccess(status)
    ? []
    : [say('delivery.last-answered', { status }), say(meaningOf(status))];
}

/** What an answer means, if it was no success. */
export function sayMeaning(status: number): Sentence[] {
  return isSuccess(status) ? [] : [say(meaningOf(status))];
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

export function explainFailure(...failure: Parameters<typeof sayFailure>): string {
  return textOf(sayFailure(...failure));
}

/** Why no attempt of a delivery is planned: the end of a sentence. */
export function sayParking(reason: ParkReason): Sentence {
  return say(`parked.${reason}`);
}

/** Why a delivery was cancelled: the end of a sentence. */
export function sayCancellation(reason: CancellationReason): Sentence {
  return say(`cancellation.${reason}`);
}

export function explainCancellation(reason: CancellationReason): string {
  return sayCancellation(reason).text;
}

type StatusCode = Extract<SentenceCode, `status.${string}`>;

/** What an answer other than 2xx and 410 means. */
function meaningOf(status: number): StatusCode {
  const known = meanings.find(({ statuses }) => statuses.includes(status));
  if (known) return known.code;
  if (status >= 400 && status <= 499) return 'status.refused';
  if (status >= 500 && status <= 599) return 'status.failed';
  return 'status.other';
}

const meanings: readonly { readonly statuses: readonly number[]; readonly code: StatusCode }[] = [
  { statuses: [300, 301, 302, 303, 307, 308], code: 'status.redirect' },
  { statuses: [400, 422], code: 'status.invalid' },
  { statuses: [401, 403, 407], code: 'status.closed' },
  { statuses: [404, 405], code: 'status.nowhere' },
  { statuses: [408, 504], code: 'status.out-of-time' },
  { statuses: [413], code: 'status.too-large' },
  { statuses: [429], code: 'status.too-many' },
  { statuses: [502, 503], code: 'status.down' },
];
