import type { Credential } from './credential.ts';

export interface CredentialLookup {
  findCredential(id: string): Promise<Credential | undefined>;
  recordUse(id: string, now: Date): Promise<void>;
}

export interface CredentialStore {
  createCredential(credential: Credential): Promise<void>;
  /** Lists an account's API keys, oldest first. Portal sessions expire by themselves and are not listed. */
  listApiKeys(accountId: string): Promise<readonly Credential[]>;
  /** Returns false if the account has no such key. */
  revokeApiKey(accountId: string, id: string): Promise<boolean>;
}
