export interface BatchLimits {
  readonly maxCount: number;
  readonly maxBytes: number;
}

/**
 * Splits items, in order, into batches that keep both limits. An item above the byte limit gets a batch of its own.
 */
export function splitIntoBatches<T>(
  items: readonly T[],
  bytesOf: (item: T) => number,
  limits: BatchLimits,
): T[][] {
  const batches: T[][] = [];
  let current: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = bytesOf(item);
    if (current.length > 0 && (current.length === limits.maxCount || bytes + size > limits.maxBytes)) {
      batches.push(current);
      current = [];
      bytes = 0;
    }
    current.push(item);
    bytes += size;
  }
  return current.length > 0 ? [...batches, current] : batches;
}
