import type { AccountStatus } from './account.ts';

export interface AccountStatusLookup {
  /** May be as old as the stage's `cacheMs`. An account that nobody has spoken of is active. */
  findAccountStatus(accountId: string): Promise<AccountStatus>;
}

export interface AccountStore extends AccountStatusLookup {
  setAccountStatus(accountId: string, status: AccountStatus, now: Date): Promise<void>;
}
