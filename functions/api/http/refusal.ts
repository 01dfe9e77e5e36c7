import type { ProblemSlug } from '../../../contract/problems.ts';

export interface ProblemIssue {
  /** Path of the field in the request, such as `eventTypes.0`. */
  readonly field: string;
  readonly message: string;
}

export interface Problem {
  readonly slug: ProblemSlug;
  readonly detail: string;
  readonly issues?: readonly ProblemIssue[];
  readonly retryAfterSeconds?: number;
  /** The delivery that stands in the way. */
  readonly deliveryId?: string;
}

/** What a handler returns instead of an answer. */
export interface Refusal {
  readonly problem: Problem;
}

/** A problem with a `Retry-After` has a function of its own. */
export function refuse(slug: Exclude<ProblemSlug, 'too-many-requests'>, detail: string): Refusal {
  return { problem: { slug, detail } };
}

/** The same for an unknown id and for another account's. */
export function refuseUnknown(noun: string): Refusal {
  return refuse('not-found', `No ${noun} of this account has that id.`);
}

export function refuseSuspended(): Refusal {
  return refuse('account-suspended', 'The account is suspended; iOmniHub can tell why.');
}

export function refuseTooManyRequests(detail: string, retryAfterSeconds = 1): Refusal {
  return { problem: { slug: 'too-many-requests', detail, retryAfterSeconds } };
}

/** More issues would not help the caller, and Lambda cannot carry an answer of any size. */
const maxIssues = 20;

export function refuseInvalid(issues: readonly ProblemIssue[]): Refusal {
  // A field that is unknown has the caller's own name, and half a character in it would spoil the whole answer.
  const shown = issues
    .slice(0, maxIssues)
    .map(({ field, message }) => ({ field: field.toWellFormed(), message }));
  return {
    problem: { slug: 'invalid-request', detail: 'The request is not valid; see issues.', issues: shown },
  };
}
