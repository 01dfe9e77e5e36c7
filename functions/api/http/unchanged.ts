import { createHash } from 'node:crypto';
import { namesTag } from './prepared-text.ts';
import type { RawRequest } from './request.ts';
import type { ApiResponse } from './response.ts';

/**
 * The answer to a request that reads, with an ETag of what it says; without a body if its caller has just this one, as
 * `If-None-Match` tells. The page asks every few seconds.
 */
export function sendChanged({ routeKey, headers }: RawRequest, answer: ApiResponse): ApiResponse {
  const isRead = /^(GET|HEAD) /.test(routeKey);
  if (!isRead || answer.statusCode !== 200 || answer.body === undefined) return answer;
  const hash = createHash('sha256').update(answer.body).digest('base64url').slice(0, 22);
  const etag = String(answer.headers?.['etag'] ?? `W/"${hash}"`);
  const tagged = { ...answer.headers, etag };
  if (!namesTag(headers['if-none-match'], [etag.replace(/^W\//, '')])) return { ...answer, headers: tagged };
  const kept = Object.entries(tagged).filter(([name]) => name !== 'content-type');
  return { statusCode: 304, headers: Object.fromEntries(kept) };
}
