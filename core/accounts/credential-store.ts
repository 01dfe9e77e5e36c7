import type { Credential, CredentialKind } from './credential.ts';

export interface CredentialLookup {
  findCredential(id: string): Promise<Credential | undefined>;
  recordUse(id: string, now: Date): Promise<void>;
}

export interface CredentialStore {
  createCredential(credential: Credential): Promise<void>;
  /** Lists an account's credentials of that kind, oldest first, but for those that have expired. */
  listCredentials(accountId: string, kind: CredentialKind, now: Date): Promise<readonly Credential[]>;
  findCredential(id: string): Promise<Credential | undefined>;
  /**
   * Gives the session another secret, once: of several requests with the secret of its link one succeeds, before the link
   * and the session expire. All others get undefined.
   */
  openSession(request: OpenSession): Promise<Credential | undefined>;
  /** Returns false if the account has no such credential. */
  revokeCredential(accountId: string, kind: CredentialKind, id: string): Promise<boolean>;
}

export interface OpenSession {
  readonly id: string;
  /** Of the link's code. */
  readonly linkSecretHash: string;
  /** Of the session's token from now on. */
  readonly secretHash: string;
  readonly now: Date;
}
