import type { FailureReason } from '../receivers/delivery-outcome.ts';

/** `asked`: the call is planned or being made. */
export const verificationStates = ['asked', 'verified', 'failed'] as const;

/** `expired`: the call could not be made in time. */
export type VerificationFailure = FailureReason | 'challenge-not-echoed' | 'expired';

/** The latest time that the receiver at the subscription's URL was asked for its consent. */
export interface Verification {
  /** New for each question, so that no answer counts for another one. It is also the call's `webhook-id`. */
  readonly id: string;
  readonly state: (typeof verificationStates)[number];
  readonly askedAt: string;
  readonly answeredAt?: string;
  /** Why it failed. */
  readonly reason?: VerificationFailure;
  /** The HTTP status of the receiver's answer, if there was one. */
  readonly status?: number;
}

/** What the call came to. */
export type VerificationResult =
  | { readonly state: 'verified'; readonly status: number }
  | { readonly state: 'failed'; readonly reason: VerificationFailure; readonly status?: number };
