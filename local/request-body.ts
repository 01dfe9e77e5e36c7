import type { IncomingMessage } from 'node:http';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
export const maxRequestBytes = 10 * 1024 * 1024;

/** Undefined if the body is longer than API Gateway takes. The rest of it is then read and kept nowhere. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = Number(request.headers['content-length'] ?? 0);
  if (bytes <= maxRequestBytes) {
    bytes = 0;
    // The connection has to stay open for the answer.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      bytes += (chunk as Buffer).length;
      if (bytes > maxRequestBytes) break;
      chunks.push(chunk as Buffer);
    }
  }
  if (bytes <= maxRequestBytes) return Buffer.concat(chunks);
  request.resume();
  return undefined;
}
