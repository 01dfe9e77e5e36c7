import * as z from 'zod';
import type { DeliveryOutcome, FailureReason } from '../receivers/delivery-outcome.ts';

/** SQS' longest DelaySeconds. */
const maxQueueDelaySeconds = 900;

const maxRetryAfterSeconds = 24 * 3600;

/**
 * Seconds between attempts: `0,5,300` is a first attempt at once, a second 5 s after it, a third 300 s after that.
 * A message that one function sends to its own queue is stopped by Lambda's recursion detection after about 16 hops
 * (https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html), hence the limit on short gaps.
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
  /** From the begin of the schedule; no attempt is planned after it. */
  readonly retryHorizonSeconds: number;
  /** How long after the planned time the due index takes over from a message that should have carried the attempt. */
  readonly queueMarginSeconds: number;
}

export type ExhaustionReason = FailureReason | 'expired';

export type RetryDecision =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'retry';
      readonly delaySeconds: number;
      /** A message with DelaySeconds carries the attempt; for a longer gap the due index alone knows when. */
      readonly byQueue: boolean;
      /** When the sweeper takes the delivery up if nobody has. */
      readonly dueInSeconds: number;
    }
  | { readonly kind: 'exhausted'; readonly reason: ExhaustionReason };

export interface AttemptContext {
  /** How many attempts of this schedule have been made, this one included. */
  readonly attemptCount: number;
  /** When EventBridge accepted the event, or somebody asked for a fresh schedule. */
  readonly begunAt: string;
  readonly now: Date;
  /** In [0, 1). */
  readonly random: number;
}

/** No attempt could help. Whoever turns a name inwards wants it to be tried again. */
const hopeless: readonly FailureReason[] = ['gone', 'invalid-url', 'address-forbidden'];

/** What follows from an attempt: the only place that decides it. */
export function decideRetry(
  outcome: DeliveryOutcome,
  context: AttemptContext,
  policy: RetryPolicy,
): RetryDecision {
  if (outcome.kind === 'success') return { kind: 'delivered' };
  if (hopeless.includes(outcome.reason)) return { kind: 'exhausted', reason: outcome.reason };
  const gapSeconds = policy.retryScheduleSeconds[context.attemptCount];
  if (gapSeconds === undefined) return { kind: 'exhausted', reason: outcome.reason };

  const delaySeconds = clampToRetryAfter(
    jitter(gapSeconds, context.random),
    gapSeconds,
    outcome.retryAfterSeconds,
  );
  const nextAttempt = new Date(context.now.getTime() + delaySeconds * 1000);
  if (isExpired(context, policy, nextAttempt)) return { kind: 'exhausted', reason: 'expired' };
  // By the gap as well: jitter must not turn long gaps into hops that the schedule's limit did not count.
  const byQueue = Math.max(gapSeconds, delaySeconds) <= maxQueueDelaySeconds;
  const dueInSeconds = delaySeconds + (byQueue ? policy.queueMarginSeconds : 0);
  return { kind: 'retry', delaySeconds, byQueue, dueInSeconds };
}

/** Is an attempt at that time beyond the horizon? */
export function isExpired(
  { begunAt }: Pick<AttemptContext, 'begunAt'>,
  { retryHorizonSeconds }: Pick<RetryPolicy, 'retryHorizonSeconds'>,
  at: Date,
): boolean {
  return at.getTime() - new Date(begunAt).getTime() > retryHorizonSeconds * 1000;
}

/**
 * ±20 % below five minutes, where the owner expects a prompt retry; full jitter from there, because what failed
 * together in an outage would come back together. Both have the base as their mean.
 */
function jitter(baseSeconds: number, random: number): number {
  const spread = baseSeconds < 300 ? 0.2 : 1;
  return Math.round(baseSeconds * (1 - spread + 2 * spread * random));
}

function clampToRetryAfter(
  jittered: number,
  gapSeconds: number,
  retryAfterSeconds: number | undefined,
): number {
  if (retryAfterSeconds === undefined) return jittered;
  return Math.max(gapSeconds, Math.min(retryAfterSeconds, maxRetryAfterSeconds));
}
