import { cursorError } from '../../../contract/lists.ts';
import { openCursor, signCursor } from '../../../core/accounts/cursor.ts';
import type { ApiDeps } from './api-deps.ts';
import { type Refusal, refuseInvalid } from './refusal.ts';

export interface Page<Item, Others extends object> {
  readonly items: Item[];
  /** Where the next page begins; undefined on the last one. */
  readonly next: string | undefined;
  /** What the answer holds besides. */
  readonly others?: Others;
}

interface PageRequest {
  readonly accountId: string;
  /** With the parameters of the list's filter, if it has one. */
  readonly query: { readonly limit: number; readonly cursor?: string | undefined };
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
    const after = cursor === undefined ? undefined : openCursor(cursor, scope, await cursorKey());
    if (cursor !== undefined && after === undefined) {
      return refuseInvalid([{ field: 'cursor', message: cursorError }]);
    }
    const { items, next, others } = await read(limit, after);
    const nextCursor = next === undefined ? null : signCursor(next, scope, await cursorKey());
    return { body: { items, nextCursor, ...(others as Others) } };
  };
}
