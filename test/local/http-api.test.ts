import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type CorsConfiguration, readCorsConfiguration } from '../../local/cors.ts';
import type { GatewayEvent } from '../../local/gateway-event.ts';
import { type ApiRoute, startHttpApi } from '../../local/http-api.ts';
import type { LocalServer } from '../../local/http-server.ts';
import type { LambdaFunction } from '../../local/lambda-function.ts';
import { until } from '../support/until.ts';

const page = 'https://app.iomnihub.example';
const cors: CorsConfiguration = {
  AllowOrigins: [page, 'http://localhost:5173'],
  AllowMethods: ['GET', 'PATCH'],
  AllowHeaders: ['authorization', 'if-match'],
  ExposeHeaders: ['etag', 'x-request-id'],
  MaxAge: 3600,
};
const forReading = {
  'access-control-allow-origin': page,
  'access-control-expose-headers': 'etag,x-request-id',
};
const forAsking = {
  'access-control-allow-origin': page,
  'access-control-allow-methods': 'GET,PATCH',
  'access-control-allow-headers': 'authorization,if-match',
  'access-control-max-age': '3600',
};

const functionOf = (invoke: LambdaFunction['invoke']) => ({ invoke }) as LambdaFunction;
/** One that has an opinion of its own about who may read it. */
const generous = functionOf(async () => ({
  statusCode: 200,
  headers: { 'Access-Control-Allow-Origin': '*', 'access-control-allow-credentials': 'true', etag: '"1"' },
}));
/** One that tells whom the gateway has named to it. */
const curious = functionOf(async (event) => {
  const { authorizer } = (event as GatewayEvent).requestContext;
  return { statusCode: 200, headers: { etag: authorizer ? 'somebody' : 'nobody' } };
});
const suspicious = {
  target: functionOf(async () => ({ isAuthorized: false })),
  identitySource: ['$request.header.Authorization'],
  ttlSeconds: 0,
};
const routes: ApiRoute[] = [
  { routeKey: 'GET /open', target: generous, authorization: { type: 'NONE' } },
  { routeKey: 'GET /closed', target: generous, authorization: { type: 'CUSTOM', authorizer: suspicious } },
  { routeKey: 'GET /signed', target: generous, authorization: { type: 'AWS_IAM' } },
  { routeKey: 'GET /echo', target: curious, authorization: { type: 'NONE' } },
  {
    routeKey: 'GET /broken',
    target: functionOf(() => Promise.reject(new Error('broken'))),
    authorization: { type: 'NONE' },
  },
];

async function send(
  configuration: CorsConfiguration | undefined,
  request: string,
  headers: Record<string, string> = {},
) {
  const [method = '', path = ''] = request.split(' ');
  const api = await startHttpApi({ routes, cors: configuration }, 0, () => undefined);
  try {
    const response = await fetch(new URL(path, api.url), { method, headers });
    const named = [...response.headers].filter(([name]) => name.startsWith('access-control-'));
    return { status: response.status, etag: response.headers.get('etag'), cors: Object.fromEntries(named) };
  } finally {
    await api.close();
  }
}

describe('a page of another origin', () => {
  const asking = { origin: page, 'access-control-request-method': 'PATCH' };

  test.each(['/open', '/closed', '/signed', '/nowhere'])(
    'that asks for leave is answered by the gateway: %s',
    async (path) => {
      expect(await send(cors, `OPTIONS ${path}`, asking)).toEqual({
        status: 204,
        etag: null,
        cors: forAsking,
      });
    },
  );

  test.each([
    ['from an origin that is not listed', { ...asking, origin: 'https://evil.example' }],
    ['from one that only begins as a listed one', { ...asking, origin: `${page}.evil.example` }],
    ['from a listed host by plain http', { ...asking, origin: 'http://app.iomnihub.example' }],
    ['without an origin', { 'access-control-request-method': 'PATCH' }],
    ['without saying for what', { origin: page }],
  ])('that asks for leave %s gets none', async (_, headers) => {
    expect(await send(cors, 'OPTIONS /open', headers)).toEqual({ status: 204, etag: null, cors: {} });
  });

  test('may read what a function answers, which has no say in it', async () => {
    expect(await send(cors, 'GET /open', { origin: page })).toEqual({
      status: 200,
      etag: '"1"',
      cors: forReading,
    });
  });

  test.each([
    ['no route', 'GET /nowhere', {}, 404],
    ['no key', 'GET /closed', {}, 401],
    ['a key that nobody knows', 'GET /closed', { authorization: 'Bearer x' }, 403],
    ['no signature', 'GET /signed', {}, 403],
    ['a function that failed', 'GET /broken', {}, 500],
  ])('may read what the gateway answers by itself: %s', async (_, request, headers, status) => {
    expect(await send(cors, request, { origin: page, ...headers })).toMatchObject({
      status,
      cors: forReading,
    });
  });

  test.each(['https://evil.example', undefined])(
    'that is not listed may read nothing: %s',
    async (origin) => {
      const headers = origin === undefined ? undefined : { origin };
      expect(await send(cors, 'GET /open', headers)).toEqual({ status: 200, etag: '"1"', cors: {} });
      expect(await send(cors, 'GET /closed', headers)).toMatchObject({ status: 401, cors: {} });
    },
  );
});

describe('without a CORS configuration', () => {
  test('OPTIONS is a method without a route', async () => {
    const asking = { origin: page, 'access-control-request-method': 'GET' };
    expect(await send(undefined, 'OPTIONS /open', asking)).toEqual({ status: 404, etag: null, cors: {} });
  });

  test('the function has its say', async () => {
    expect(await send(undefined, 'GET /open', { origin: page })).toMatchObject({
      cors: { 'access-control-allow-origin': '*', 'access-control-allow-credentials': 'true' },
    });
  });
});

/** Sends a request as written and answers with the status; the rest of a body may never come. */
async function sendRaw(port: number, head: readonly string[], body: string | Buffer = ''): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    socket.write(body);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer.toString())?.[1]);
  } finally {
    socket.destroy();
  }
}

describe('a body', () => {
  const taken: number[] = [];
  const counting = functionOf(async (event) => {
    taken.push((event as GatewayEvent).body?.length ?? 0);
    return { statusCode: 200 };
  });
  const known = { ...suspicious, target: functionOf(async () => ({ isAuthorized: true })) };
  let api: LocalServer;
  const portOf = () => Number(new URL(api.url).port);
  const headOf = (path: string, ...headers: string[]) => [
    `POST ${path} HTTP/1.1`,
    `host: 127.0.0.1:${portOf()}`,
    'content-type: application/json',
    ...headers,
  ];
  const limit = 10 * 1024 * 1024;

  beforeAll(async () => {
    const posts: ApiRoute[] = [
      { routeKey: 'POST /open', target: counting, authorization: { type: 'NONE' } },
      {
        routeKey: 'POST /closed',
        target: counting,
        authorization: { type: 'CUSTOM', authorizer: suspicious },
      },
      { routeKey: 'POST /keyed', target: counting, authorization: { type: 'CUSTOM', authorizer: known } },
      { routeKey: 'POST /signed', target: counting, authorization: { type: 'AWS_IAM' } },
    ];
    api = await startHttpApi({ routes: posts, cors: undefined }, 0, () => undefined);
  });
  afterEach(() => void taken.splice(0));
  afterAll(() => api.close());

  test.each([
    ['no route', '/nowhere', [], 404],
    ['no key', '/closed', [], 401],
    ['a key that nobody knows', '/closed', ['authorization: Bearer x'], 403],
    ['no signature', '/signed', [], 403],
    ['a signature of somebody else', '/signed', ['authorization: AWS4-HMAC-SHA256 Credential=other/x'], 403],
  ])('is not waited for where there is %s', async (_, path, headers, status) => {
    const head = headOf(path, ...headers, 'content-length: 1000000');

    expect(await sendRaw(portOf(), head, '{')).toBe(status);
  });

  test.each(['/open', '/keyed'])('over 10 MB is refused before it comes, by its length: %s', async (path) => {
    const head = headOf(path, 'authorization: Bearer x', `content-length: ${limit + 1}`);

    expect(await sendRaw(portOf(), head)).toBe(413);
    expect(taken).toEqual([]);
  });

  test('over 10 MB is refused as soon as it is, though it does not say how long it is', async () => {
    const chunk = `${(limit + 1).toString(16)}\r\n${'x'.repeat(limit + 1)}\r\n`;

    expect(await sendRaw(portOf(), headOf('/open', 'transfer-encoding: chunked'), chunk)).toBe(413);
    expect(taken).toEqual([]);
  });

  test('of 10 MB is passed on', async () => {
    const head = headOf('/open', `content-length: ${limit}`);

    expect(await sendRaw(portOf(), head, 'x'.repeat(limit))).toBe(200);
    expect(taken).toEqual([limit]);
  });

  test.each([
    ['text, as text', 'application/json', Buffer.from('"é😀"'), false],
    ['text of another kind, as text', 'application/problem+json; charset=utf-8', Buffer.from('"é"'), false],
    ['bytes, in base64', 'application/octet-stream', Buffer.from('"é"'), true],
    ['of no known type, in base64', undefined, Buffer.from('"é"'), true],
    ['text that is not UTF-8, in base64', 'application/json', Buffer.from([0x22, 0xff, 0x22]), true],
  ])('is passed on byte for byte: %s', async (_, contentType, bytes, isBase64Encoded) => {
    const events: GatewayEvent[] = [];
    const target = functionOf(async (event) => {
      events.push(event as GatewayEvent);
      return { statusCode: 200 };
    });
    const echo: ApiRoute = { routeKey: 'POST /echo', target, authorization: { type: 'NONE' } };
    const server = await startHttpApi({ routes: [echo], cors: undefined }, 0, () => undefined);
    const headers = contentType ? { 'content-type': contentType } : undefined;

    await fetch(`${server.url}/echo?q=%FF%41`, {
      method: 'POST',
      body: bytes,
      ...(headers ? { headers } : {}),
    });
    await server.close();

    const [{ body = '', ...event } = { body: '' }] = events;
    expect(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8')).toEqual(bytes);
    expect(event).toMatchObject({
      isBase64Encoded,
      rawQueryString: 'q=%FF%41',
      headers: { 'content-length': String(bytes.length) },
    });
  });

  test('is not waited for if the address holds a byte outside ASCII', async () => {
    const head = headOf('/open?q=\xe9', 'content-length: 2');

    expect(await sendRaw(portOf(), head, '{}')).toBe(400);
    expect(taken).toEqual([]);
  });

  test('that was too long leaves its connection usable', async () => {
    const socket = connect(portOf(), '127.0.0.1');
    const statuses: string[] = [];
    socket.on('data', (chunk: Buffer) =>
      statuses.push(...(chunk.toString().match(/^HTTP\/1\.1 \d+/gm) ?? [])),
    );
    socket.write(`${headOf('/open', `content-length: ${limit + 1}`).join('\r\n')}\r\n\r\n`);
    socket.write('x'.repeat(limit + 1));
    socket.write(`${headOf('/open', 'content-length: 2').join('\r\n')}\r\n\r\n{}`);

    await until('both are answered', () => statuses.length === 2);
    socket.destroy();
    expect(statuses).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
  });
});

describe('a request that names another host', () => {
  let api: LocalServer;
  beforeAll(async () => {
    api = await startHttpApi({ routes, cors: undefined }, 0, () => undefined);
  });
  afterAll(() => api.close());

  test.each([
    ['127.0.0.1:PORT', 200],
    ['localhost:PORT', 200],
    ['LocalHost:PORT', 200],
    ['[::1]:PORT', 200],
    ['evil.example:PORT', 403],
    ['127.0.0.1.evil.example:PORT', 403],
    ['localhost.evil.example:PORT', 403],
    ['localhost.:PORT', 403],
    ['evil.localhost:PORT', 403],
    ['127.0.0.2:PORT', 403],
    ['0.0.0.0:PORT', 403],
    ['[::ffff:127.0.0.1]:PORT', 403],
    ['user@127.0.0.1:PORT', 403],
    ['127.0.0.1:1', 403],
    ['127.0.0.1', 403],
    ['', 403],
  ])('%s: %i', async (host, status) => {
    const port = new URL(api.url).port;
    const head = ['GET /open HTTP/1.1', `host: ${host.replace('PORT', port)}`];

    expect(await sendRaw(Number(port), head)).toBe(status);
  });
});

describe('a greedy route', () => {
  const keyed = functionOf(async (event) => {
    const { routeKey, pathParameters, headers } = event as GatewayEvent;
    return {
      statusCode: 200,
      body: JSON.stringify({ routeKey, pathParameters, scheme: headers['x-forwarded-proto'] }),
    };
  });
  const keys = ['GET /{proxy+}', 'POST /{proxy+}', 'GET /', 'GET /things/{id}', 'GET /things'];
  let api: LocalServer;
  beforeAll(async () => {
    const greedy = keys.map(
      (routeKey): ApiRoute => ({
        routeKey,
        target: keyed,
        authorization: { type: 'NONE' },
      }),
    );
    api = await startHttpApi({ routes: greedy, cors: undefined }, 0, () => undefined);
  });
  afterAll(() => api.close());

  test.each([
    ['GET', '/things', { routeKey: 'GET /things' }],
    ['GET', '/things/1', { routeKey: 'GET /things/{id}', pathParameters: { id: '1' } }],
    ['GET', '/', { routeKey: 'GET /' }],
    ['POST', '/things', { routeKey: 'POST /{proxy+}', pathParameters: { proxy: 'things' } }],
    ['GET', '/things/1/more', { routeKey: 'GET /{proxy+}', pathParameters: { proxy: 'things/1/more' } }],
    ['GET', '/nowhere', { routeKey: 'GET /{proxy+}', pathParameters: { proxy: 'nowhere' } }],
  ])('takes what no other route of the method does: %s %s', async (method, path, event) => {
    const response = await fetch(new URL(path, api.url), { method });

    expect(await response.json()).toEqual({ ...event, scheme: 'http' });
  });

  test.each([
    ['POST', '/'],
    ['PUT', '/things'],
  ])('takes neither the root nor another method: %s %s', async (method, path) => {
    expect((await fetch(new URL(path, api.url), { method })).status).toBe(404);
  });
});

test('a route without authorization is served whatever the request says of its sender, and names nobody', async () => {
  const said = { authorization: 'Bearer x', 'x-amz-date': '20261123T165500Z' };
  expect(await send(undefined, 'GET /echo', said)).toMatchObject({ status: 200, etag: 'nobody' });
});

test.each([
  ['credentials', { ...cors, AllowCredentials: true }, 'AllowCredentials'],
  ['any origin', { ...cors, AllowOrigins: [page, '*'] }, 'exact origins only, not *'],
  ['any origin with https', { ...cors, AllowOrigins: ['https://*'] }, 'exact origins only, not https://*'],
])(
  'a CORS configuration stops the run with what this machine does not honour: %s',
  (_, configuration, named) => {
    expect(() => readCorsConfiguration(configuration)).toThrow(named);
  },
);
