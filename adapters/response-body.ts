import { brotliDecompressSync, constants, inflateRawSync, unzipSync, zstdDecompressSync } from 'node:zlib';

/** How much of a response is read unless its call wants more. The rest never is. */
const usualBytes = 4 * 1024;
/** How long a body may take. The status has decided the outcome, so it is not worth waiting for. */
const maxMs = 1_000;
/** How much of a body in a content coding is unpacked. A bomb would unpack to a thousand times what was read. */
const maxDecodedBytes = 16 * 1024;

/** The start of a response body. */
export interface ResponseStart {
  readonly bytes: Buffer;
  /** The same without its content coding, as far as it can be decoded. */
  readonly decoded: Buffer;
  /** The content coding in which it came, such as `gzip`, although none was asked for. */
  readonly coding?: string;
}

/**
 * Reads the start of the body. The status has already decided the outcome, so a body that breaks off or never ends
 * changes nothing. Unless the body is complete by then, the connection is destroyed.
 */
export async function readBody(
  body: AsyncIterable<Buffer> & { destroy(): unknown },
  maxBytes = usualBytes,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // One more turn of the event loop: what came in time is read first.
  const timer = setTimeout(() => setImmediate(() => body.destroy()), maxMs);
  try {
    // Leaving the loop early destroys the connection as well.
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= maxBytes) break;
    }
  } catch {
    // Show what came before the error.
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).subarray(0, maxBytes);
}

/** `contentEncoding` is the response's header. What only claims to be encoded is taken as it is. */
export function decodeBody(bytes: Buffer, contentEncoding: string | undefined): ResponseStart {
  const plain = { bytes, decoded: bytes };
  const named = contentEncoding?.trim().toLowerCase() ?? '';
  const coding = bytes[0] === 0x1f && bytes[1] === 0x8b ? 'gzip' : named.replace(/^x-/, '');
  if (bytes.length === 0 || coding === '' || coding === 'identity') return plain;
  const decoded = unpack(bytes, coding);
  if (decoded) return { bytes, decoded, coding };
  // Text that claims to be encoded can be shown. The name may be any text of the receiver, so only a known one is.
  return isText(bytes) ? plain : { ...plain, coding: knownCodings.includes(coding) ? coding : 'encoded' };
}

/** https://www.iana.org/assignments/http-parameters#content-coding */
const knownCodings = [
  'aes128gcm',
  'br',
  'compress',
  'dcb',
  'dcz',
  'deflate',
  'exi',
  'gzip',
  'pack200-gzip',
  'zstd',
];

/** Flushed at the end, because a body may have been cut off. */
const decoders: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: unzip,
  deflate: (bytes) => {
    try {
      return unzip(bytes);
    } catch {
      // Some servers leave out the header that belongs around it.
      return inflateRawSync(bytes, { maxOutputLength: maxDecodedBytes, finishFlush: constants.Z_SYNC_FLUSH });
    }
  },
  br: (bytes) =>
    brotliDecompressSync(bytes, {
      maxOutputLength: maxDecodedBytes,
      finishFlush: constants.BROTLI_OPERATION_FLUSH,
    }),
  zstd: (bytes) =>
    zstdDecompressSync(bytes, { maxOutputLength: maxDecodedBytes, finishFlush: constants.ZSTD_e_flush }),
};

function unzip(bytes: Buffer): Buffer {
  return unzipSync(bytes, { maxOutputLength: maxDecodedBytes, finishFlush: constants.Z_SYNC_FLUSH });
}

/** Nothing for what unpacks to too much. Undefined for what cannot be unpacked. */
function unpack(bytes: Buffer, coding: string): Buffer | undefined {
  if (!Object.hasOwn(decoders, coding)) return undefined;
  try {
    return decoders[coding]?.(bytes);
  } catch (error) {
    return (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE' ? Buffer.alloc(0) : undefined;
  }
}

function isText(bytes: Buffer): boolean {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }) !== '';
  } catch {
    return false;
  }
}
