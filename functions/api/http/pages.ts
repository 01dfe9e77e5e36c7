import { cursorError } from '../../../contract/lists.ts';
import { openCursor, signCursor } from '../../../core/accounts/cursor.ts';
import type { ApiDeps } from './api-deps.ts';
import { type Refusal, refuseInvalid } from './refusal.ts';

export interface Page<Item, Others extends object = object> {
  readonly items: Item[];
  /** Where the next page begins; undefined on the last one. */
  readonly next: string | undefined;
  /** What the answer holds besides. */
  readonly others?: Others;
}

export interface PageRequest {
  readonly accountId: string;
  /** With the parameters of the list's filter, if it has one. */
  readonly query: { readonly limit: number; readonly cursor?: string | undefined };
}

/** A page of a list that is always read as a whole. Items are in the order of their positions, each of which is unique. */
export function pageOf<Item>(
  items: readonly Item[],
  positionOf: (item: Item) => string,
  { limit, after }: { readonly limit: number; readonly after: string | undefined },
): Page<Item> {
  const rest = items
    .map((item) => ({ item, position: positionOf(item) }))
    .filter(({ position }) => after === undefined || position > after)
    .sort((a, b) => (a.position < b.position ? -1 : 1));
  const page = rest.slice(0, limit);
  return {
    items: page.map(({ item }) => item),
    next: rest.length > limit ? page.at(-1)?.position : undefined,
  };
}

/** Lists by pages. A cursor is good only for the list, the account and the filter that it was given for. */
export function createPages({ cursorKey }: Pick<ApiDeps, 'cursorKey'>) {
  return async function readPage<Item, Others extends object = object>(
    { accountId, query: { limit, cursor, ...filter } }: PageRequest,
    list: string,
    read: (limit: number, after: string | undefined) => Promise<Page<Item, Others>>,
  ): Promise<{ readonly body: { items: Item[]; nextCursor: string | null } & Others } | Refusal> {
    // With its filter: DynamoDB refuses a position that the filter leaves out.
    const scope = { accountId, list: `${list} ${JSON.stringify(filter)}` };
    // An empty cursor is none: clients send one for a parameter that was left blank.
    const after = cursor ? openCursor(cursor, scope, await cursorKey()) : undefined;
    if (cursor && after === undefined) {
      return refuseInvalid([{ field: 'cursor', message: cursorError }]);
    }
    const { items, next, others } = await read(limit, after);
    const nextCursor = next === undefined ? null : signCursor(next, scope, await cursorKey());
    return { body: { items, nextCursor, ...(others as Others) } };
  };
}
