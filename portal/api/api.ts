import type { RouteKey } from '../../contract/routes.ts';
import { ApiFailure, readFailure } from './problem.ts';
import type { RouteAnswer, RouteRequest } from './route-shapes.ts';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** The subscription must still be as this ETag says. */
  readonly ifMatch?: string | undefined;
  /** Makes a repeated request safe. The same key must come with the same request. */
  readonly idempotencyKey?: string | undefined;
}

export interface Answer<Body> {
  readonly body: Body;
  readonly etag: string | undefined;
}

export type Api = ReturnType<typeof createApi>;

/** Where the page's own origin serves the API. */
const root = '/api';

/** Calls routes of the contract. Rejects with an `ApiFailure` unless the answer is 2xx. */
export function createApi(deps: {
  readonly token: () => string | undefined;
  readonly fetch: typeof fetch;
  /** The session has ended, or never was. */
  readonly onUnauthorized: () => void;
}) {
  /** The latest answers that had an ETag: asked again, the API says only that nothing has changed. */
  const kept = new Map<string, { readonly etag: string; readonly body: unknown }>();

  return async function call<Key extends RouteKey>(
    key: Key,
    request: RouteRequest<Key> = {},
    options: CallOptions = {},
  ): Promise<Answer<RouteAnswer<Key>>> {
    const [method = '', template = ''] = key.split(' ');
    const url = root + fillPath(template, request.path) + writeQuery(request.query);
    const known = method === 'GET' ? kept.get(url) : undefined;
    const response = await send(url, method, request.body, options, known?.etag);
    if (response.status === 304 && known) return known as Answer<RouteAnswer<Key>>;
    const answer = (await read(response)) as Answer<RouteAnswer<Key>>;
    if (method === 'GET' && answer.etag) keep(url, { etag: answer.etag, body: answer.body });
    return answer;
  };

  async function read(response: Response): Promise<Answer<unknown>> {
    const text = await response.text();
    if (response.ok) {
      return { body: text ? JSON.parse(text) : undefined, etag: response.headers.get('etag') ?? undefined };
    }
    const failure = readFailure(response.status, response.headers, text);
    if (failure.slug === 'unauthorized') deps.onUnauthorized();
    throw failure;
  }

  async function send(
    url: string,
    method: string,
    body: unknown,
    { signal, ifMatch, idempotencyKey }: CallOptions,
    ifNoneMatch: string | undefined,
  ): Promise<Response> {
    const token = deps.token();
    const headers = Object.entries({
      authorization: token && `Bearer ${token}`,
      'content-type': body === undefined ? undefined : 'application/json',
      'if-match': ifMatch,
      'if-none-match': ifNoneMatch,
      'idempotency-key': idempotencyKey,
    }).filter((entry): entry is [string, string] => Boolean(entry[1]));
    try {
      return await deps.fetch(url, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        signal: signal ?? null,
        // Nothing of an account is kept beyond the session.
        cache: 'no-store',
        credentials: 'omit',
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiFailure('offline');
    }
  }

  function keep(url: string, answer: { readonly etag: string; readonly body: unknown }): void {
    kept.delete(url);
    kept.set(url, answer);
    const [oldest] = kept.keys();
    if (kept.size > 50 && oldest !== undefined) kept.delete(oldest);
  }
}

export function fillPath(template: string, path: Readonly<Record<string, string>> = {}): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ''));
}

export function writeQuery(query: Readonly<Record<string, string | number | undefined>> = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  if (given.length === 0) return '';
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}
