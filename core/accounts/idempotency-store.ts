/** A request that its caller may repeat, by a key of the caller's. */
export interface IdempotencyClaim {
  readonly accountId: string;
  readonly keyHash: string;
  /** The same for the same request only. */
  readonly fingerprint: string;
  /** Another one each time, also for the same request. */
  readonly claimId: string;
}

export interface HeldKey {
  readonly fingerprint: string;
  /** Once there is one; until then the request is being served. */
  readonly sealedAnswer?: string;
}

export interface IdempotencyStore {
  /** Claims a key that is free, or whose request is the same and can no longer be answered. */
  claimKey(claim: IdempotencyClaim, now: Date): Promise<'claimed' | HeldKey>;
  /** False, and nothing stored, if the key is no longer this claim's. */
  storeAnswer(claim: IdempotencyClaim, sealedAnswer: string): Promise<boolean>;
  /** Leaves a key alone that is no longer this claim's. */
  releaseKey(claim: IdempotencyClaim): Promise<void>;
}
