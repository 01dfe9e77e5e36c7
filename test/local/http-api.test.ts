import { describe, expect, test } from '@jest/globals';
import { type CorsConfiguration, readCorsConfiguration } from '../../local/cors.ts';
import type { GatewayEvent } from '../../local/gateway-event.ts';
import { type ApiRoute, startHttpApi } from '../../local/http-api.ts';
import type { LambdaFunction } from '../../local/lambda-function.ts';

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
