/**
 * suspended: nobody can use the account's credentials, and its events are delivered to nobody, until it is active again.
 * removed: the same for good, and its subscriptions and API keys are gone.
 */
export type AccountStatus = 'active' | 'suspended' | 'removed';
