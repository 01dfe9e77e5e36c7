import type { Credential, CredentialKind } from './credential.ts';

export interface CredentialLookup {
  findCredential(id: string): Promise<Credential | undefined>;
  recordUse(id: string, now: Date): Promise<void>;
}

export interface CredentialStore {
  createCredential(credential: Credential): Promise<void>;
  /** Lists an account's credentials of that kind, oldest first, but for those that have expired. */
  listCredentials(accountId: string, kind: CredentialKind, now: Date): Promise<readonly Credential[]>;
  /** Returns false if the account has no such credential. */
  revokeCredential(accountId: string, kind: CredentialKind, id: string): Promise<boolean>;
}
