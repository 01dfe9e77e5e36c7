import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Target } from './target.ts';

/** Any answer but 2xx. The text of the error holds the problem. */
export class RefusedRequest extends Error {
  readonly status: number;

  constructor(request: string, status: number, answer: string) {
    super(`${request} was answered with ${status} ${answer}`);
    this.status = status;
  }
}

/** Calls a route and resolves with its answer. Rejects with a `RefusedRequest` unless the answer is 2xx. */
export type CallApi = (
  signal: AbortSignal,
  method: string,
  path: string,
  body?: object,
) => Promise<Record<string, unknown>>;

type Sign = (method: string, url: URL, body: string | undefined) => Promise<Record<string, string>>;

/** As an account owner, with a key. */
export function connectOwner({ apiUrl }: Target, apiKey: string): CallApi {
  return connect(apiUrl, async () => ({ authorization: `Bearer ${apiKey}` }));
}

/** As the helpdesk backend, whose requests carry AWS Signature Version 4. */
export function connectBackend({ apiUrl, sqs }: Target): CallApi {
  return connect(apiUrl, async (method, url, body) => {
    // What the SDK's clients use: the environment, a profile, or a role.
    const { credentials, region } = sqs.config;
    const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
    const { pathname: path, host: name } = url;
    const { headers } = await signer.sign(new HttpRequest({ method, path, headers: { host: name }, body }));
    const { host: _, ...signed } = headers;
    return signed;
  });
}

function connect(apiUrl: string, sign: Sign): CallApi {
  return async (signal, method, path, body) => {
    const url = new URL(apiUrl.replace(/\/$/, '') + path);
    const text = body && JSON.stringify(body);
    const headers = { ...(await sign(method, url, text)), 'content-type': 'application/json' };
    const init = { method, headers, signal, ...(text ? { body: text } : {}) };
    const response = await fetch(url, init).catch((error: Error) => {
      // The cause of fetch's own error is that of the socket.
      const { message } = Error.isError(error.cause) ? error.cause : error;
      throw new Error(`${method} ${url.href} got no answer: ${message}`, { cause: error });
    });
    const answer = await response.text();
    if (!response.ok) throw new RefusedRequest(`${method} ${path}`, response.status, answer);
    return answer ? (JSON.parse(answer) as Record<string, unknown>) : {};
  };
}
