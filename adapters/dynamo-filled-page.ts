/** Rows that one request reads at most: a filter that hardly any fits must not make it last. */
const maxRowsRead = 1_000;
/** What one Query reads of rows of which some do not fit. */
export const filteredQueryLimit = 100;

export interface QueriedRows<Item> {
  readonly items: readonly Item[];
  readonly rowsRead: number;
  /** Where the next Query begins; undefined at the end. */
  readonly next: string | undefined;
}

/**
 * Queries until a page is full: DynamoDB filters after it has read, so that one answer may hold few or none of the items
 * that fit.
 */
export async function fillPage<Item>(
  query: (after: string | undefined) => Promise<QueriedRows<Item>>,
  limit: number,
  after: string | undefined,
  positionOf: (item: Item) => string,
): Promise<{ items: readonly Item[]; next: string | undefined }> {
  const found: Item[] = [];
  let rowsRead = 0;
  let next = after;
  do {
    const rows = await query(next);
    found.push(...rows.items);
    rowsRead += rows.rowsRead;
    next = rows.next;
  } while (next && found.length < limit && rowsRead < maxRowsRead);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next: last && found.length > limit ? positionOf(last) : next };
}
