import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type RouteKey, routeKeys, routeOf } from '../../../../contract/routes.ts';
import { completeEvent, readEvent } from '../../../../functions/api/http/request.ts';
import { backendArn, type TestApi } from '../../../support/api.ts';
import { prepareDeployment } from '../../../support/suite.ts';

/** What a gateway may leave out of an event, or name without a value. */
const optionalParts = [
  'version',
  'rawPath',
  'rawQueryString',
  'cookies',
  'headers',
  'queryStringParameters',
  'pathParameters',
  'stageVariables',
  'body',
  'isBase64Encoded',
] as const;
const optionalContext = ['authentication', 'domainName', 'domainPrefix', 'http', 'stage', 'time'] as const;

type Lack = Readonly<Record<string, null | undefined>>;
const lackOf = (names: readonly string[]) =>
  fc.dictionary(fc.constantFrom(...names), fc.constantFrom(null, undefined));
const noneOf = (names: readonly string[], value: null | undefined): Lack =>
  Object.fromEntries(names.map((name) => [name, value]));

let api: TestApi;
prepareDeployment((suite) => {
  ({ api } = suite);
});

describe('an event that lacks parts is no fault of ours:', () => {
  test.each(routeKeys)('%s', async (routeKey) => {
    await fc.assert(
      fc.asyncProperty(lackOf(optionalParts), lackOf(optionalContext), fc.boolean(), async (...lack) => {
        expect((await send(routeKey, ...lack)).status).toBeLessThan(500);
      }),
      {
        numRuns: 6,
        examples: [
          [noneOf(optionalParts, null), noneOf(optionalContext, null), true],
          [noneOf(optionalParts, undefined), noneOf(optionalContext, undefined), true],
        ],
      },
    );
  });

  test.each([null, undefined])('also where no route takes it: all parts are %s', async (value) => {
    const parts = { ...noneOf(optionalParts, value), routeKey: value };
    const requestContext = { requestId: 'request-1', ...noneOf(optionalContext, value), authorizer: value };

    expect(await api.call('GET /', { overrides: { ...parts, requestContext } as never })).toMatchObject({
      status: 404,
      headers: { 'x-request-id': 'request-1' },
    });
  });

  test.each(routeKeys.filter((routeKey) => routeOf(routeKey).access !== 'public'))(
    'nor does it let anybody in: %s',
    async (routeKey) => {
      for (const authorizer of [null, undefined, {}, { lambda: null, iam: null }, { lambda: {}, iam: {} }]) {
        const requestContext = { requestId: 'request-1', authorizer, http: null } as never;
        expect(await api.call(routeKey, { overrides: { requestContext } })).toMatchObject({ status: 401 });
      }
    },
  );
});

function send(routeKey: RouteKey, parts: Lack, context: Lack, isKnown: boolean) {
  const lambda = {
    accountId: 'acc_1',
    capabilities: ['view', 'manage', 'secrets'],
    credentialKind: 'api-key',
    credentialId: 'key-1',
  };
  const authorizer = routeOf(routeKey).access === 'iam' ? { iam: { userArn: backendArn } } : { lambda };
  const requestContext = {
    requestId: 'request-1',
    ...context,
    authorizer: isKnown ? authorizer : null,
  };
  return api.call(routeKey, { overrides: { ...parts, requestContext } as never });
}

test('values that are null count as absent, and all others are read as they are', () => {
  const event = {
    routeKey: 'GET /events/{id}',
    headers: { 'if-match': '"1"', 'idempotency-key': null },
    pathParameters: { id: 'evt_1' },
    queryStringParameters: { limit: '5', cursor: null },
    body: '',
    isBase64Encoded: null,
    requestContext: {
      requestId: 'request-1',
      domainName: 'api.iomnihub.example',
      http: { sourceIp: '203.0.113.9' },
    },
  };

  expect(readEvent(completeEvent(event))).toEqual({
    routeKey: 'GET /events/{id}',
    headers: { 'if-match': '"1"' },
    pathParameters: { id: 'evt_1' },
    query: { limit: '5' },
    body: '',
    requestId: 'request-1',
    sourceIp: '203.0.113.9',
    ownHost: 'api.iomnihub.example',
    ownUrl: 'https://api.iomnihub.example',
  });
});
