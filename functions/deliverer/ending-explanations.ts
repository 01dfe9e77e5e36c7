import { explainLimit } from '../../contract/delivery-explanations.ts';
import { explainCancellation, explainFailure } from '../../contract/failure-explanations.ts';
import type { Ending, Settled } from './ending.ts';

/** Why an attempt was no success, in the words that the owner of its subscription reads. */
export function explainEnding(ending: Ending, now: Date): string | undefined {
  switch (ending.kind) {
    case 'postponed':
      return explainLimit(ending.limit, new Date(now.getTime() + ending.times.waitMs).toISOString());
    case 'cancelled':
      return `Cancelled: ${explainCancellation(ending.reason)}`;
    case 'expired':
      return `Given up: ${explainFailure('expired', undefined)}`;
    case 'settled':
      return explainFailed(ending);
    default:
      return undefined;
  }
}

function explainFailed({ attempt: { outcome }, decision, attemptCount }: Settled): string | undefined {
  if (outcome.kind === 'success') return undefined;
  const { reason, status, phase } = outcome;
  const isLast = decision.kind === 'exhausted';
  return `Attempt ${attemptCount} failed${isLast ? ', and no other follows' : ''}: ${explainFailure(reason, status, phase)}`;
}
