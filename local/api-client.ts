import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { region } from './intrinsics.ts';

/** An account's API key, or the credentials with which the helpdesk backend signs. */
export type ApiCredentials =
  | { readonly apiKey: string }
  | { readonly accessKeyId: string; readonly secretAccessKey: string };

export type CallApi = (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;

/** Longer than the gateway lets a request take, which is 30 s. */
const deadlineMs = 60_000;

/** Calls routes of the HTTP API. Rejects with the text of the problem unless the answer is 2xx, and after a minute. */
export function connectApi(apiUrl: string, credentials: ApiCredentials): CallApi {
  return async (method, path, body) => {
    const url = new URL(path, apiUrl);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers =
      'apiKey' in credentials
        ? { authorization: `Bearer ${credentials.apiKey}` }
        : await signRequest(method, url, text, credentials);
    const init = {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(deadlineMs),
    };
    const response = await fetch(url, text === undefined ? init : { ...init, body: text });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer}`);
    return answer ? (JSON.parse(answer) as Record<string, unknown>) : {};
  };
}

/** The headers of AWS Signature Version 4. */
export async function signRequest(
  method: string,
  url: URL,
  body: string | undefined,
  credentials: { accessKeyId: string; secretAccessKey: string },
): Promise<Record<string, string>> {
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
  const { pathname: path, searchParams, host: name } = url;
  const query = Object.fromEntries(searchParams);
  const request = new HttpRequest({ method, path, query, headers: { host: name }, body });
  const { host: _, ...headers } = (await signer.sign(request)).headers;
  return headers;
}
