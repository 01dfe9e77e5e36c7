/**
 * paused: an operator has stopped all calls to the account's receivers; nothing is lost meanwhile. suspended: the account's
 * credentials are refused and its events are not delivered, until it is active again. removed: the same for good. Its
 * subscriptions and API keys have been deleted.
 */
export type AccountStatus = 'active' | 'paused' | 'suspended' | 'removed';

/** True if the account's credentials are good, and its events are planned. */
export function isServed(status: AccountStatus): boolean {
  return status === 'active' || status === 'paused';
}
