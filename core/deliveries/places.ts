/**
 * A place is the right of one sandbox to call receivers of one account for messages of one queue. Places are counted by
 * time windows, so what a crashed sandbox held is free again when its window has passed.
 */
export interface PlaceCount {
  /** The queue's ARN. Each queue has places of its own. */
  readonly queue: string;
  readonly accountId: string;
  /** The start of the window, in ms since 1970. */
  readonly windowStartMs: number;
  readonly windowMs: number;
}

export interface PlaceStore {
  /** Takes one place. Returns how many are taken with it, or undefined if `cap` places are taken already. */
  takePlace(count: PlaceCount, cap: number): Promise<number | undefined>;
  /** Gives one place back. */
  returnPlace(count: PlaceCount): Promise<void>;
}

export interface PlaceSettings {
  /** How many batches of one queue may be in work at a time. */
  readonly maxDeliverers: number;
  /** A batch is over after this time. */
  readonly delivererTimeoutSeconds: number;
}

/**
 * The places of one account in a window. A batch may run on into the next window, so an account holds at most twice as
 * many: half of all.
 */
export function maxPlaces({ maxDeliverers }: Pick<PlaceSettings, 'maxDeliverers'>): number {
  return Math.max(1, Math.floor(maxDeliverers / 4));
}

/** A window is as long as the longest batch, so no batch lasts beyond the next window. */
export function placeWindowMs(settings: Pick<PlaceSettings, 'delivererTimeoutSeconds'>): number {
  return settings.delivererTimeoutSeconds * 1_000;
}
