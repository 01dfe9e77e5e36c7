import { describe, expect, jest, test } from '@jest/globals';
import { createApi, fillPath, writeQuery } from '../../portal/api/api.ts';
import { ApiFailure } from '../../portal/api/problem.ts';
import { readAll } from '../../portal/api/read-all.ts';
import { takeLinkCode } from '../../portal/session/link.ts';
import { createTokenStore } from '../../portal/session/token-store.ts';
import { linkTo, parseRoute } from '../../portal/shell/route.ts';

describe('the link', () => {
  test('its code leaves the address before it is used', () => {
    const replaceState = jest.fn<(data: unknown, unused: string, url?: string | URL | null) => void>();
    const location = { hash: '#link=whl_1&lang=es', pathname: '/', search: '?a=1' };
    expect(takeLinkCode(location, { replaceState })).toEqual({ code: 'whl_1', lang: 'es' });
    expect(replaceState).toHaveBeenCalledWith(null, '', '/?a=1');
  });

  test('an address without a code is left as it is', () => {
    const replaceState = jest.fn<(data: unknown, unused: string, url?: string | URL | null) => void>();
    expect(takeLinkCode({ hash: '#/events', pathname: '/', search: '' }, { replaceState })).toBeUndefined();
    expect(replaceState).not.toHaveBeenCalled();
  });
});

describe('the token', () => {
  test('is kept for a reload of the tab', () => {
    const items = new Map<string, string>();
    const storage = {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => items.set(key, value),
      removeItem: (key: string) => items.delete(key),
    } as unknown as Storage;
    createTokenStore(() => storage).write('whs_1');
    const afterReload = createTokenStore(() => storage);
    expect(afterReload.read()).toBe('whs_1');
    afterReload.write(undefined);
    expect(createTokenStore(() => storage).read()).toBeUndefined();
  });

  test('lives in memory where a frame may not store', () => {
    const store = createTokenStore(() => {
      throw new Error('SecurityError');
    });
    store.write('whs_1');
    expect(store.read()).toBe('whs_1');
    store.write(undefined);
    expect(store.read()).toBeUndefined();
  });
});

describe('a place in the page', () => {
  test('is found again by its link, whatever its id holds', () => {
    const link = linkTo(['webhooks', 'a/b c', 'deliveries'], { status: 'failed' });
    expect(parseRoute(link).parts).toEqual(['webhooks', 'a/b c', 'deliveries']);
    expect(parseRoute(link).query.get('status')).toBe('failed');
  });

  test('a broken address is shown as it is', () => {
    expect(parseRoute('#/webhooks/%E0%A4').parts).toEqual(['webhooks', '%E0%A4']);
  });
});

describe('the API', () => {
  const answering = (...answers: Response[]) => {
    const fetch = jest.fn<typeof globalThis.fetch>();
    for (const answer of answers) fetch.mockResolvedValueOnce(answer);
    const onUnauthorized = jest.fn();
    return { fetch, onUnauthorized, api: createApi({ token: () => 'whs_1', fetch, onUnauthorized }) };
  };
  const problem = (status: number, slug: string) =>
    new Response(
      JSON.stringify({ type: `urn:iomnihub:webhooks:problem:${slug}`, detail: 'why', issues: [] }),
      {
        status,
        headers: { 'x-request-id': 'req_1' },
      },
    );

  test('an unchanged answer is not sent again', async () => {
    const first = new Response('{"items":[],"nextCursor":null}', { headers: { etag: '"1"' } });
    const { api, fetch } = answering(first, new Response(null, { status: 304 }));
    const once = await api('GET /subscriptions');
    const again = await api('GET /subscriptions');
    expect(again.body).toBe(once.body);
    const headers = new Headers(fetch.mock.calls[1]?.[1]?.headers);
    expect(headers.get('if-none-match')).toBe('"1"');
    expect(headers.get('authorization')).toBe('Bearer whs_1');
  });

  test('a problem names what happened, and its request', async () => {
    const { api } = answering(problem(409, 'subscription-not-enabled'));
    await expect(api('POST /deliveries/{id}/retry', { path: { id: 'dlv_1' } })).rejects.toMatchObject({
      slug: 'subscription-not-enabled',
      requestId: 'req_1',
    });
  });

  test('the end of the session is told', async () => {
    const { api, onUnauthorized } = answering(problem(401, 'unauthorized'));
    await expect(api('GET /subscriptions')).rejects.toBeInstanceOf(ApiFailure);
    expect(onUnauthorized).toHaveBeenCalledTimes(1);
  });

  test("a gateway's own answer is understood without a problem", async () => {
    const { api } = answering(new Response('{"message":"Too Many Requests"}', { status: 429 }));
    await expect(api('GET /subscriptions')).rejects.toMatchObject({ slug: 'too-many-requests' });
  });

  test('without an answer it says so', async () => {
    const fetch = jest.fn<typeof globalThis.fetch>().mockRejectedValue(new TypeError('failed to fetch'));
    const api = createApi({ token: () => undefined, fetch, onUnauthorized: () => undefined });
    await expect(api('GET /subscriptions')).rejects.toMatchObject({ slug: 'offline' });
  });

  test('ids and filters cannot break out of their place in the URL', () => {
    expect(fillPath('/deliveries/{id}/retry', { id: '../x?y' })).toBe('/deliveries/..%2Fx%3Fy/retry');
    expect(writeQuery({ status: 'a&b=c', cursor: undefined, eventType: '' })).toBe('?status=a%26b%3Dc');
  });

  test('all pages of a list are read', async () => {
    const pages: Record<string, { items: number[]; nextCursor: string | null }> = {
      first: { items: [1], nextCursor: 'second' },
      second: { items: [2], nextCursor: null },
    };
    expect(await readAll(async (cursor) => pages[cursor ?? 'first'] as (typeof pages)[string])).toEqual([
      1, 2,
    ]);
  });
});
