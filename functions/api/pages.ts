import * as z from 'zod';
import { openCursor, signCursor } from '../../core/accounts/cursor.ts';
import { type AccountRequest, type ApiResponse, parseQuery, respondInvalid, respondJson } from './http.ts';

const maxPageSize = 100;

const pageSizeError = `must be a whole number from 1 to ${maxPageSize}`;
const cursorError = 'must be a nextCursor of this very list, with the same filter';
export const pageSchema = z.object({
  limit: z.coerce
    .number(pageSizeError)
    .int(pageSizeError)
    .min(1, pageSizeError)
    .max(maxPageSize, pageSizeError)
    .default(maxPageSize),
  cursor: z.string().max(1_000, cursorError).optional(),
});
/** Of a list that has none. */
export const noFilter = z.strictObject({});

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins; undefined on the last one. */
  readonly next: string | undefined;
}

/**
 * Lists by pages. A cursor is good for this list of this account with this filter only; a made-up one is refused. `filterSchema` reads the
 * query's other parameters.
 */
export function createPages<FilterSchema extends z.ZodType>(
  { cursorKey }: { readonly cursorKey: () => Promise<Uint8Array> },
  filterSchema: FilterSchema,
) {
  return async function respondPage<Item>(
    request: AccountRequest,
    list: string,
    read: (limit: number, after: string | undefined, filter: z.output<FilterSchema>) => Promise<Page<Item>>,
  ): Promise<ApiResponse> {
    const page = parseQuery(request, pageSchema);
    if ('problem' in page) return page.problem;
    const { limit: _, cursor: __, ...others } = request.query;
    const filtered = parseQuery({ ...request, query: others }, filterSchema);
    if ('problem' in filtered) return filtered.problem;
    const { limit, cursor } = page.query;
    // With its filter: DynamoDB takes no position outside of what is asked for.
    const scope = { accountId: request.accountId, list: `${list} ${JSON.stringify(filtered.query)}` };
    const after = cursor === undefined ? undefined : openCursor(cursor, scope, await cursorKey());
    if (cursor !== undefined && after === undefined) {
      return respondInvalid([{ field: 'cursor', message: cursorError }]);
    }
    const { items, next } = await read(limit, after, filtered.query);
    const nextCursor = next === undefined ? null : signCursor(next, scope, await cursorKey());
    return respondJson(200, { items, nextCursor });
  };
}
