/** A request that its caller may repeat, identified by a key that the caller chose. */
export interface IdempotencyClaim {
  readonly accountId: string;
  readonly keyHash: string;
  /** Equal for equal requests and different for all others. */
  readonly fingerprint: string;
  /** New for each try, even of the same request. */
  readonly claimId: string;
}

export interface HeldKey {
  readonly fingerprint: string;
  /** Absent while the request is still being served. */
  readonly sealedAnswer?: string;
}

export interface IdempotencyStore {
  /** Claims the key if it is free, or if the function that served the same request died before it could answer. */
  claimKey(claim: IdempotencyClaim, now: Date): Promise<'claimed' | HeldKey>;
  /** Returns false and stores nothing if the key no longer belongs to this claim. */
  storeAnswer(claim: IdempotencyClaim, sealedAnswer: string): Promise<boolean>;
  /** Does nothing if the key no longer belongs to this claim. */
  releaseKey(claim: IdempotencyClaim): Promise<void>;
}
