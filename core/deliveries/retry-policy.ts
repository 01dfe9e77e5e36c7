import * as z from 'zod';
import type { DeliveryOutcome, FailureReason } from '../receivers/delivery-outcome.ts';
import type { ParkReason } from '../subscriptions/parking.ts';
import type { VerificationFailure } from '../subscriptions/verification.ts';

/** The longest DelaySeconds of SQS. */
const maxQueueDelaySeconds = 900;

const maxRetryAfterSeconds = 24 * 3600;
/** How long after Retry-After the deliveries that it holds back are spread: a share of the wait, and at least this. */
const retryAfterSpread = 0.2;
const minRetryAfterSpreadSeconds = 10;

/**
 * Seconds between attempts. `0,5,300` means a first attempt at once, a second one 5 s later and a third one 300 s
 * after that.
 *
 * Lambda's recursion detection stops a message that a function sends to its own queue after about 16 hops
 * (https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html). Hence the limit on short gaps.
 */
export const retryScheduleSchema = z
  .array(
    z
      .number()
      .int()
      .nonnegative()
      .max(7 * 24 * 3600),
  )
  .min(1)
  .refine((seconds) => seconds[0] === 0, 'must start with 0: the first attempt is made at once')
  .refine(
    (seconds) => seconds.slice(1).filter((gap) => gap <= maxQueueDelaySeconds).length <= 10,
    'must hold at most 10 gaps of 15 minutes or less',
  );

/** The example schedule of Standard Webhooks 1.0.0: 10 attempts over 75 h 35 min. */
export const standardRetryScheduleSeconds = [0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400];

export interface RetryPolicy {
  readonly retryScheduleSeconds: readonly number[];
  /** Counts from the start of the schedule. No attempt is planned after it. */
  readonly retryHorizonSeconds: number;
  /** How long after the planned time of an attempt the due index takes over, if its message has not come. */
  readonly queueMarginSeconds: number;
  /** 0: what ends because of a receiver that we disable is not kept. */
  readonly keepDisabledSeconds: number;
}

/** Those of a verification include all others, except `aborted`: the answer said that no other attempt is wanted. */
export type ExhaustionReason = VerificationFailure | 'aborted';

export type RetryDecision =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'retry';
      readonly delaySeconds: number;
      /** True if a message with DelaySeconds carries the attempt. A longer gap is in the due index only. */
      readonly byQueue: boolean;
      /** When the sweeper takes over, if no message has come. */
      readonly dueInSeconds: number;
    }
  | { readonly kind: 'exhausted'; readonly reason: ExhaustionReason }
  /** No attempt is planned until the subscription goes on. */
  | {
      readonly kind: 'parked';
      readonly reason: ParkReason;
      /** True if the attempt does not count for the schedule: it was a probe, and the delivery is not at fault. */
      readonly isSpared?: boolean;
    };

export interface AttemptContext {
  /** The attempts of this schedule, including this one. */
  readonly attemptCount: number;
  /** When EventBridge accepted the event, or when somebody asked for a fresh schedule. */
  readonly begunAt: string;
  readonly now: Date;
  /** In [0, 1). */
  readonly random: number;
  /** True if the subscription's URL is no longer the one that was called. */
  readonly hasMoved?: boolean;
}

/**
 * After these, another attempt at the same URL cannot help. An address that is not public is no such reason: it is not
 * called, and the name may lead to a public address again by the next attempt.
 */
const hopeless: readonly FailureReason[] = ['gone', 'invalid-url'];

/**
 * Decides what happens after an attempt; nothing else does. If the subscription has another URL by now, the schedule
 * alone decides about a failure.
 */
export function decideRetry(
  outcome: DeliveryOutcome,
  context: AttemptContext,
  policy: RetryPolicy,
): RetryDecision {
  if (outcome.kind === 'success') return { kind: 'delivered' };
  const ending = context.hasMoved ? undefined : endSchedule(outcome, policy);
  if (ending) return ending;
  const gapSeconds = policy.retryScheduleSeconds[context.attemptCount];
  if (gapSeconds === undefined) return { kind: 'exhausted', reason: outcome.reason };

  const delaySeconds = Math.max(
    jitter(gapSeconds, context.random),
    clampToRetryAfter(outcome.retryAfterSeconds, context.random),
  );
  const nextAttempt = new Date(context.now.getTime() + delaySeconds * 1000);
  if (isExpired(context, policy, nextAttempt)) return { kind: 'exhausted', reason: 'expired' };
  // Check the gap as well: jitter can make a long gap short, but the limit on short gaps has not counted it as a hop.
  const byQueue = Math.max(gapSeconds, delaySeconds) <= maxQueueDelaySeconds;
  const dueInSeconds = delaySeconds + (byQueue ? policy.queueMarginSeconds : 0);
  return { kind: 'retry', delaySeconds, byQueue, dueInSeconds };
}

/** What ends a schedule, or leaves it to the subscription. Undefined if it goes on. */
function endSchedule(
  { reason, directive }: Extract<DeliveryOutcome, { kind: 'failure' }>,
  { keepDisabledSeconds }: RetryPolicy,
): RetryDecision | undefined {
  if (hopeless.includes(reason) || directive === 'disable') {
    // The receiver was disabled by this. If that was a mistake, its owner gets the delivery after all.
    if (keepDisabledSeconds > 0) return { kind: 'parked', reason: 'disabled' };
    return { kind: 'exhausted', reason: directive ? 'aborted' : reason };
  }
  return directive === 'abort-message' ? { kind: 'exhausted', reason: 'aborted' } : undefined;
}

/** True if an attempt at that time would be after the horizon. */
export function isExpired(
  { begunAt }: Pick<AttemptContext, 'begunAt'>,
  { retryHorizonSeconds }: Pick<RetryPolicy, 'retryHorizonSeconds'>,
  at: Date,
): boolean {
  return at.getTime() - new Date(begunAt).getTime() > retryHorizonSeconds * 1000;
}

/** A moment at which the delivery is surely expired. */
export function horizonEnd(
  begunAt: string,
  { retryHorizonSeconds }: Pick<RetryPolicy, 'retryHorizonSeconds'>,
): string {
  return new Date(Date.parse(begunAt) + (retryHorizonSeconds + 1) * 1_000).toISOString();
}

/**
 * ±20 % below five minutes, because owners expect a prompt retry. Full jitter above, because deliveries that failed
 * together in an outage would otherwise come back together. The mean is the base in both cases.
 */
function jitter(baseSeconds: number, random: number): number {
  const spread = baseSeconds < 300 ? 0.2 : 1;
  return Math.round(baseSeconds * (1 - spread + 2 * spread * random));
}

/**
 * Never before the time that the receiver named, and spread after it: deliveries that were all told one time would
 * otherwise come back in the same second.
 */
function clampToRetryAfter(retryAfterSeconds: number | undefined, random: number): number {
  if (retryAfterSeconds === undefined) return 0;
  const waitSeconds = Math.min(retryAfterSeconds, maxRetryAfterSeconds);
  const spreadSeconds = Math.max(minRetryAfterSpreadSeconds, waitSeconds * retryAfterSpread);
  return waitSeconds + Math.round(spreadSeconds * random);
}
