/**
 * A place is the right of one sandbox to call receivers of one account for messages of one queue. Places are counted by
 * time windows, so what a crashed sandbox held is free again when its window has passed.
 */
export interface PlaceCount {
  /** The queue's ARN. Each queue has places of its own. */
  readonly queue: string;
  readonly accountId: string;
  readonly window: PlaceWindow;
}

/** In ms since 1970. */
export interface PlaceWindow {
  readonly startMs: number;
  readonly endMs: number;
}

/** The answer to the question for a place. */
export type PlaceAnswer = FreePlace | NoPlace;

export interface FreePlace {
  readonly isFree: true;
  /** How many are taken, with this one. */
  readonly taken: number;
}

/** All are taken. The times are in ms since 1970. */
export interface NoPlace {
  readonly isFree: false;
  /** When the last one was taken. */
  readonly takenAtMs: number;
  /** When one was given back last; 0 if none has been. */
  readonly returnedAtMs: number;
}

export interface PlaceStore {
  /** Takes one place, unless `cap` places are taken already. Without a cap, the place is taken in any case. */
  takePlace(count: PlaceCount, cap: number | undefined, now: Date): Promise<PlaceAnswer>;
  /** Gives one place back. */
  returnPlace(count: PlaceCount, now: Date): Promise<void>;
}

export interface PlaceSettings {
  /** How many batches of one queue may be in work at a time. */
  readonly maxDeliverers: number;
  /** A batch is over after this time. */
  readonly delivererTimeoutSeconds: number;
}

/** How many places of a queue an account may hold: all but a quarter, which is left to others. */
export function maxPlaces({ maxDeliverers }: Pick<PlaceSettings, 'maxDeliverers'>): number {
  return maxDeliverers - Math.ceil(maxDeliverers / 4);
}

/** The window of a place that is taken now, and the next one if the batch may last into it. */
export function placeWindows(
  { delivererTimeoutSeconds }: Pick<PlaceSettings, 'delivererTimeoutSeconds'>,
  now: Date,
): { readonly current: PlaceWindow; readonly next?: PlaceWindow } {
  const longestMs = delivererTimeoutSeconds * 1_000;
  const lengthMs = windowsOfBatches * longestMs;
  const startMs = now.getTime() - (now.getTime() % lengthMs);
  const endMs = startMs + lengthMs;
  const current = { startMs, endMs };
  const isLate = now.getTime() + longestMs > endMs;
  return isLate ? { current, next: { startMs: endMs, endMs: endMs + lengthMs } } : { current };
}

/** A window is as long as so many of the longest batches. The longer it is, the fewer batches last into the next one. */
const windowsOfBatches = 4;
