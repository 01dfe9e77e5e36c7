import { type Refusal, refuseInvalid } from './refusal.ts';
import type { ApiEvent } from './request.ts';

/**
 * Refuses a request with a part that is not UTF-8. Decoding makes U+FFFD of whatever it cannot read: something else
 * would be stored than was sent, and two different requests would look like one.
 */
export function refuseOtherEncoding(event: ApiEvent): Refusal | undefined {
  const { rawPath, rawQueryString } = event;
  const checks = {
    // If API Gateway has decoded it, a bare "%" may be left, which is refused as well. No identifier has one.
    path: succeeds(() => decodeURIComponent(rawPath)),
    query: succeeds(() => decodeURIComponent(rawQueryString)),
    body: isBodyUtf8(event),
  };
  const issues = Object.entries(checks)
    .filter(([, isRight]) => !isRight)
    .map(([field]) => ({ field, message: 'must be UTF-8' }));
  return issues.length > 0 ? refuseInvalid(issues) : undefined;
}

const strictDecoder = new TextDecoder('utf-8', { fatal: true });

/**
 * API Gateway decides by the content type whether it sends the bytes in base64, or as a text that it has decoded. Such a
 * text has lost bytes if it holds U+FFFD and is not as long as the body was. Only a character of four bytes that lacks
 * the last one escapes this: it is as long as what replaces it.
 */
function isBodyUtf8({ body = '', isBase64Encoded, headers }: ApiEvent): boolean {
  if (isBase64Encoded) return succeeds(() => strictDecoder.decode(Buffer.from(body, 'base64')));
  return !body.includes('\uFFFD') || headers['content-length'] === String(Buffer.byteLength(body));
}

function succeeds(decode: () => string): boolean {
  try {
    decode();
    return true;
  } catch {
    return false;
  }
}
