import { createHmac, timingSafeEqual } from 'node:crypto';

/** The list that a cursor belongs to; it is void in every other. */
export interface CursorScope {
  readonly accountId: string;
  readonly list: string;
}

/** The position in a list as its caller carries it: `<position>.<signature>`, both base64url. */
export function signCursor(position: string, scope: CursorScope, key: Uint8Array): string {
  return `${Buffer.from(position).toString('base64url')}.${signatureOf(position, scope, key).toString('base64url')}`;
}

/** The position; undefined for a cursor that we did not give out for this list of this account. */
export function openCursor(cursor: string, scope: CursorScope, key: Uint8Array): string | undefined {
  const [encoded = '', signature = ''] = cursor.split('.');
  const position = Buffer.from(encoded, 'base64url').toString();
  const expected = signatureOf(position, scope, key);
  const given = Buffer.from(signature, 'base64url');
  return given.length === expected.length && timingSafeEqual(given, expected) ? position : undefined;
}

function signatureOf(position: string, { accountId, list }: CursorScope, key: Uint8Array): Buffer {
  return createHmac('sha256', key)
    .update(JSON.stringify([accountId, list, position]))
    .digest()
    .subarray(0, 16);
}
