import * as z from 'zod';
import { openCursor, signCursor } from '../../core/cursor.ts';
import { type AccountRequest, type ApiResponse, parseQuery, respondInvalid, respondJson } from './http.ts';

const maxPageSize = 100;

const pageSizeError = `must be a whole number from 1 to ${maxPageSize}`;
const pageSchema = z.strictObject({
  limit: z.coerce
    .number(pageSizeError)
    .int(pageSizeError)
    .min(1, pageSizeError)
    .max(maxPageSize, pageSizeError)
    .default(maxPageSize),
  cursor: z.string().max(500).optional(),
});

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins; undefined on the last one. */
  readonly next: string | undefined;
}

/** Lists by pages. A cursor is good for this list of this account only; a made-up one is refused. */
export function createPages({ cursorKey }: { readonly cursorKey: () => Promise<Uint8Array> }) {
  return async function respondPage<Item>(
    request: AccountRequest,
    list: string,
    read: (limit: number, after: string | undefined) => Promise<Page<Item>>,
  ): Promise<ApiResponse> {
    const parsed = parseQuery(request, pageSchema);
    if ('problem' in parsed) return parsed.problem;
    const { limit, cursor } = parsed.query;
    const scope = { accountId: request.accountId, list };
    const after = cursor === undefined ? undefined : openCursor(cursor, scope, await cursorKey());
    if (cursor !== undefined && after === undefined) {
      return respondInvalid([{ field: 'cursor', message: 'must be a nextCursor of this very list' }]);
    }
    const { items, next } = await read(limit, after);
    const nextCursor = next === undefined ? null : signCursor(next, scope, await cursorKey());
    return respondJson(200, { items, nextCursor });
  };
}
