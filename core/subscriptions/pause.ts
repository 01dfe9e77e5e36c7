import type { Actor } from '../accounts/audit.ts';
import { shiftRun } from '../receivers/health.ts';
import type { Receiver } from '../receivers/receiver.ts';

/** The owner wants no calls for a while. Deliveries are parked until it is over. */
export interface Pause {
  readonly since: string;
  readonly until: string;
  readonly by: Actor;
}

export const longestPauseSeconds = 7 * 86_400;

/** The subscription after a pause: a receiver that was not called has not failed meanwhile. */
export function withoutPauseInRun<Seen extends { readonly receiver: Receiver }>(
  seen: Seen,
  { since }: Pause,
  now: Date,
): Seen {
  const { failing } = seen.receiver;
  if (!failing) return seen;
  const shifted = shiftRun(failing, now.getTime() - Date.parse(since));
  return { ...seen, receiver: { ...seen.receiver, failing: shifted } };
}
