const firstPauseMs = 100;
const longestPauseMs = 5_000;

const firstGapMs = 20;
const longestGapMs = 2_000;
/** Gaps shrink by a thirty-second with every accepted call: a quota is met again after about 22 calls. */
const shrink = 31 / 32;

/**
 * A pause before a repetition: full jitter over a doubled base, in milliseconds. Publishers that were throttled together
 * must not come back together.
 */
export function pauseMs(failures: number, random: () => number): number {
  return random() * Math.min(firstPauseMs * 2 ** failures, longestPauseMs);
}

/** When the next call may start. Times are milliseconds of any clock. */
export interface Pace {
  waitMs(now: number): number;
  started(now: number): void;
  accepted(): void;
  throttled(startedAt: number, now: number): void;
}

/**
 * Finds the rate that EventBridge takes, as TCP does: calls that are throttled double the gap between two calls, and
 * accepted ones make it a little shorter. Until the first call that is throttled there is no gap. Without this, a long
 * list would use up the attempts of its events against the quota.
 */
export function createPace(random: () => number): Pace {
  let gapMs = 0;
  let nextAt = 0;
  let throttledAt = -Infinity;
  let throttledInARow = 0;
  return {
    waitMs: (now) => Math.max(0, nextAt - now),
    started(now) {
      nextAt = Math.max(nextAt, now + gapMs);
    },
    accepted() {
      throttledInARow = 0;
      gapMs = gapMs * shrink < 1 ? 0 : gapMs * shrink;
    },
    throttled(startedAt, now) {
      // Calls that were under way together are throttled for one reason.
      if (startedAt < throttledAt) return;
      throttledAt = now;
      if (throttledInARow === 0) gapMs = Math.min(Math.max(firstGapMs, gapMs * 2), longestGapMs);
      throttledInARow += 1;
      nextAt = now + gapMs + pauseMs(throttledInARow, random);
    },
  };
}
