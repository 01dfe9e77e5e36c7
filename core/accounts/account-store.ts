import type { AccountStatus } from './account.ts';

export interface AccountStatusLookup {
  /** The answer may be as old as the stage's `cacheMs`. An account without a row is active. */
  findAccountStatus(accountId: string): Promise<AccountStatus>;
}

export interface AccountStore extends AccountStatusLookup {
  setAccountStatus(accountId: string, status: AccountStatus, now: Date): Promise<void>;
}
