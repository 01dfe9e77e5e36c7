import { type DeliveryOutcome, isUncalled } from './delivery-outcome.ts';
import { raise, type SpacedCount } from './spaced-count.ts';

/** Whether a receiver is slow. docs/adr/0006-slow-receivers.md has the reasons for the figures below. */
export interface SlowMark {
  /** When its first slow call ended. First attempts then go to the retry queue, where they do not hold up others. */
  readonly slowSince?: string;
  /** The quick calls since the last slow one, while the receiver is slow. */
  readonly quickCalls?: SpacedCount;
}

/** A call that takes this share of the stage's deadline is slow, wherever in the call the time goes. */
const slowShare = 0.25;

/** So many quick calls, without a slow one in between, take the mark away. */
const enoughQuickCalls = 10;

/** With this spacing, ten quick calls take at least four and a half minutes. */
const quickSpacingMs = 30_000;

/** The mark after a call. What the call has not changed is the same object. */
export function markSlowness(
  { slowSince, quickCalls }: SlowMark,
  outcome: DeliveryOutcome,
  now: Date,
  callbackTimeoutMs: number,
): SlowMark {
  if (outcome.durationMs >= callbackTimeoutMs * slowShare)
    return { slowSince: slowSince ?? now.toISOString(), ...startAgain(quickCalls, now) };
  if (!slowSince) return {};
  // Nothing was called, so the time says nothing about the receiver.
  if (isUncalled(outcome)) return quickCalls ? { slowSince, quickCalls } : { slowSince };
  const counted = raise(quickCalls, now, quickSpacingMs);
  return counted.count < enoughQuickCalls ? { slowSince, quickCalls: counted } : {};
}

/** Keeps the spacing, or a receiver whose calls are slow and quick in turns would cost a write for each of them. */
function startAgain(quickCalls: SpacedCount | undefined, now: Date): Pick<SlowMark, 'quickCalls'> {
  if (!quickCalls) return {};
  return { quickCalls: quickCalls.count === 0 ? quickCalls : { count: 0, at: now.toISOString() } };
}
