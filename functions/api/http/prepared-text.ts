import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { PreparedText } from '../../../contract/route.ts';
import type { RawRequest } from './request.ts';
import type { ApiResponse } from './response.ts';

/** An hour: what a new version adds may be seen a little later. */
const maxAgeSeconds = 3_600;

/** Compresses a text that is sent many times. */
export function prepareText(value: object): PreparedText {
  const text = JSON.stringify(value);
  const tag = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  return { text, gzip: gzipSync(text, { level: 9 }), tag };
}

/** Sends it compressed to whoever takes that, and not at all to whoever has it. */
export function respondPrepared(
  { text, gzip, tag }: PreparedText,
  { headers }: Pick<RawRequest, 'headers'>,
): ApiResponse {
  const isCompressed = takesGzip(headers['accept-encoding']);
  const kept = {
    'cache-control': `public, max-age=${maxAgeSeconds}`,
    // The two forms are not the same bytes. The gateway's CORS headers depend on the origin.
    etag: isCompressed ? `"${tag}-gzip"` : `"${tag}"`,
    vary: 'accept-encoding, origin',
  };
  if (namesTag(headers['if-none-match'], [`"${tag}"`, `"${tag}-gzip"`]))
    return { statusCode: 304, headers: kept };
  const head = { ...kept, 'content-type': 'application/json' };
  if (!isCompressed) return { statusCode: 200, headers: head, body: text };
  return {
    statusCode: 200,
    headers: { ...head, 'content-encoding': 'gzip' },
    body: Buffer.from(gzip).toString('base64'),
    isBase64Encoded: true,
  };
}

/** RFC 9110, 12.5.3. What is named by itself counts for more than `*`. */
function takesGzip(acceptEncoding = ''): boolean {
  const weights = new Map(
    acceptEncoding
      .toLowerCase()
      .split(',')
      .map((coding) => {
        const [name = '', weight = ''] = coding.split(';').map((part) => part.trim());
        return [name, /^q=0(\.0*)?$/.test(weight) ? 0 : 1];
      }),
  );
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}

/** RFC 9110, 13.1.2: a weak comparison. */
export function namesTag(ifNoneMatch: string | undefined, etags: readonly string[]): boolean {
  const given = ifNoneMatch?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? [];
  return given.some((one) => one === '*' || etags.includes(one));
}
