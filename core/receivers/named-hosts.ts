/**
 * How many hosts an account may name in a minute of the clock. An owner names one at a time, and a program that copies
 * subscriptions a few; more than that looks for open doors.
 */
export const maxHostsPerMinute = 20;

export interface NamedHosts {
  /** Returns false, and notes nothing, if the account has named that many other hosts in this minute. */
  nameHost(accountId: string, host: string, now: Date): Promise<boolean>;
}
