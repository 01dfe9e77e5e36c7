export interface StageStatusLookup {
  /** True while an operator has stopped all calls of the stage. The answer may be as old as the stage's `cacheMs`. */
  isStagePaused(): Promise<boolean>;
}

export interface StageStatusStore extends StageStatusLookup {
  /** Undefined while it is not paused. */
  findPausedSince(): Promise<string | undefined>;
  setStagePaused(isPaused: boolean, now: Date): Promise<void>;
}
