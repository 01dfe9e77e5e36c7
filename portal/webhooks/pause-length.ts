/** For how long an owner pauses a webhook. */
export const pauseLengths = ['hour', 'hours', 'tomorrow', 'week', 'time'] as const;
export type PauseLength = (typeof pauseLengths)[number];

const hour = 3_600_000;
const longest = 7 * 24 * hour;

/**
 * When the pause ends, in the viewer's zone. `given` is what a field of the type `datetime-local` holds, for `time`;
 * undefined if it names no time, or none within the next 7 days.
 */
export function endOfPause(length: PauseLength, now: Date, given: string): Date | undefined {
  const after = (ms: number) => new Date(now.getTime() + ms);
  switch (length) {
    case 'hour':
      return after(hour);
    case 'hours':
      return after(4 * hour);
    case 'tomorrow':
      return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 9);
    case 'week':
      return after(longest);
    case 'time': {
      const end = new Date(given);
      return end > now && end <= after(longest) ? end : undefined;
    }
    default:
      return length satisfies never;
  }
}
