import { get } from 'node:http';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type LocalServer, listen } from '../../local/http-server.ts';
import { type PortalServer, startPortalServer } from '../../local/portal-server.ts';
import { until } from '../support/until.ts';

/** The page and the API on one origin. The headers of the page are in test/lib/portal.test.ts. */

let api: LocalServer;
let portal: PortalServer;
let seen: { method: string; url: string; authorization: string; body: string }[];
let gone: number;
const faults: unknown[] = [];
beforeEach(async () => {
  seen = [];
  gone = 0;
  faults.length = 0;
  api = await listen(async (request, response) => {
    const { method = '', url = '', headers } = request;
    response.once('close', () => {
      if (!response.writableFinished) gone += 1;
    });
    if (url === '/never') {
      seen.push({ method, url, authorization: '', body: '' });
      return;
    }
    let body = '';
    for await (const chunk of request) body += String(chunk);
    seen.push({ method, url, authorization: headers.authorization ?? '', body });
    response.writeHead(201, { 'content-type': 'application/json', etag: 'W/"1"' }).end('{"is":"answer"}');
  }, 0);
  portal = await startPortalServer(0, (fault) => faults.push(fault));
  const headers = { 'x-of-site': 'yes' };
  portal.serve(
    {
      behaviours: [
        {
          pattern: '/api/*',
          target: 'api',
          rewrite: (path) => path.replace('/api', ''),
          headers,
          headersOfSuccess: {},
        },
      ],
    },
    api.url,
  );
});
afterEach(async () => {
  await portal.close();
  await api.close();
});

test('a request to the API is passed on with its query, its credential and its body, and its answer comes back', async () => {
  const response = await fetch(`${portal.url}/api/subscriptions?limit=2&x=a%2Fb`, {
    method: 'POST',
    headers: { authorization: 'Bearer whs_1' },
    body: '{"ação":1}',
  });

  const { headers } = response;
  expect([response.status, headers.get('etag'), headers.get('x-of-site'), await response.text()]).toEqual([
    201,
    'W/"1"',
    'yes',
    '{"is":"answer"}',
  ]);
  expect(seen).toEqual([
    {
      method: 'POST',
      url: '/subscriptions?limit=2&x=a%2Fb',
      authorization: 'Bearer whs_1',
      body: '{"ação":1}',
    },
  ]);
});

test('whoever goes away ends the request, and that is no fault', async () => {
  const controller = new AbortController();
  const left = fetch(`${portal.url}/api/never`, { signal: controller.signal });
  left.catch(() => undefined);
  await until('the request has come', () => seen.length === 1);
  controller.abort();

  await expect(left).rejects.toThrow(/abort/);
  await until('the request has ended', () => gone === 1);
  expect(faults).toEqual([]);
});

test.each(['//127.0.0.1:9/hooks', String.raw`/\127.0.0.1:9/hooks`])(
  'a path that looks like another host, such as %s, leads to the API all the same',
  async (path) => {
    const { hostname, port } = new URL(portal.url);
    const status = await new Promise((resolve, reject) => {
      const headers = { authorization: 'Bearer whs_1' };
      get({ hostname, port, path: `/api${path}`, headers }, ({ statusCode }) => resolve(statusCode)).on(
        'error',
        reject,
      );
    });

    expect([status, seen.map(({ url }) => url), faults]).toEqual([201, [path], []]);
  },
);

test('a request to another host is refused, as from a page whose name leads here', async () => {
  const { hostname, port } = new URL(portal.url);
  const { request } = await import('node:http');
  const status = await new Promise((resolve) => {
    request(
      { hostname, port, path: '/api/subscriptions', headers: { host: `evil.example:${port}` } },
      (response) => resolve(response.statusCode),
    ).end();
  });

  expect(status).toBe(403);
  expect(seen).toEqual([]);
});
