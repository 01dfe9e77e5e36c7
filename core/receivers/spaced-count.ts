/** A count to which little is added at a time, so that it costs few writes however often its reason occurs. */
export interface SpacedCount {
  readonly count: number;
  /** When it was last raised. */
  readonly at: string;
}

/** The count, raised unless it was raised less than `spacingMs` ago. Then it is the same object. */
export function raise(counted: SpacedCount | undefined, now: Date, spacingMs: number, by = 1): SpacedCount {
  if (counted && now.getTime() - Date.parse(counted.at) < spacingMs) return counted;
  return { count: (counted?.count ?? 0) + by, at: now.toISOString() };
}
