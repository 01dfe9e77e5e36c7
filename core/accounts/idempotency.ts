import { createHash } from 'node:crypto';
import * as z from 'zod';

/** The API function is stopped before that: whoever has not answered by then never will. */
export const idempotencyLockMs = 30_000;
export const idempotencyRetentionSeconds = 86_400;

/** The header `Idempotency-Key`: whatever the caller makes up for one request and its repetitions. */
export const idempotencyKeySchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters without spaces');

/** The key as it is stored: of one length, nothing that a caller wrote, and each caller's own. */
export function hashIdempotencyKey(key: string, caller: string): string {
  return hashText(JSON.stringify([caller, key]));
}

export interface RepeatableRequest {
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: string | undefined;
}

/** The same for the same request only, in whatever order its parameters come. */
export function fingerprintRequest(request: RepeatableRequest): string {
  const { routeKey, pathParameters, query, body } = request;
  return hashText(JSON.stringify([routeKey, sorted(pathParameters), sorted(query), body ?? '']));
}

function sorted(parameters: Readonly<Record<string, string | undefined>>) {
  return Object.keys(parameters)
    .toSorted()
    .map((name) => [name, parameters[name]]);
}

function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
