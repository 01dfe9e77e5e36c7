import type { LoggedEvent } from './event-history.ts';

/** The longest horizon of a stage, after which every delivery has ended. */
const longestHorizonMs = 7 * 24 * 3_600_000;
/** The row of a test is written right after its event. */
const testPatienceMs = 60_000;

/**
 * True if a planned delivery without a row may still be made: a delivery has no row before its first attempt. After the
 * longest horizon that attempt must have been made, so the row has expired: rows are kept less long than events.
 */
export function isFirstAttemptAhead({ isTest, recordedAt }: LoggedEvent, now: Date): boolean {
  return now.getTime() - Date.parse(recordedAt) <= (isTest ? testPatienceMs : longestHorizonMs);
}
