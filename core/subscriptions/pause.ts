import type { Actor } from '../accounts/audit.ts';

/** The owner wants no calls for a while. Deliveries are parked until it is over. */
export interface Pause {
  readonly since: string;
  readonly until: string;
  readonly by: Actor;
}

export const longestPauseSeconds = 7 * 86_400;
