/**
 * suspended: the account's credentials are refused and its events are not delivered, until it is active again.
 * removed: the same for good. Its subscriptions and API keys have been deleted.
 */
export type AccountStatus = 'active' | 'suspended' | 'removed';
