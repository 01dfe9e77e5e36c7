import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { problemType } from '../../contract/problems.ts';
import { methodAndPathOf, type RouteKey, routeKeys, routeOf } from '../../contract/routes.ts';
import { type Contract, type OpenApiDocument, readContract } from '../support/contract.ts';
import { type ContractWorld, openContractWorld } from '../support/contract-world.ts';
import { contractCases, requestOf } from './contract-cases.ts';

/**
 * Every route in every answer that the served document tells of: by its status and, for errors, by its type. The requests
 * are in support/good-requests.ts and contract-cases.ts; they go through gateway, authorizer and API as they are deployed.
 */

jest.setTimeout(60_000);

const committed = JSON.parse(
  readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'),
) as OpenApiDocument;
const documented = readContract(committed);
const rows = documented.routeKeys.flatMap((routeKey) =>
  documented.answersOf(routeKey).map(({ status, type }) => [routeKey as RouteKey, status, type] as const),
);

let world: ContractWorld;
let contract: Contract;
beforeAll(async () => {
  world = await openContractWorld();
  const response = await fetch(new URL('/openapi.json', world.apiUrl));
  contract = readContract((await response.json()) as OpenApiDocument);
});
afterEach(() => world.reset());
afterAll(() => world.close());

test('the document that is served is the one that is committed, but for what the stage sets', async () => {
  const served = await (await fetch(new URL('/openapi.json', world.apiUrl))).json();
  // The longest timeout that an owner may ask for, and where the stage is.
  const ofAnyStage = (document: unknown) => ({
    ...(JSON.parse(JSON.stringify(document).replaceAll(/("minimum":1000,"maximum":)\d+/g, '$10')) as object),
    servers: undefined,
  });

  expect(ofAnyStage(served)).toEqual(ofAnyStage(committed));
});

describe('the document that is served', () => {
  const ask = (headers: Record<string, string>, method = 'GET') =>
    fetch(new URL('/openapi.json', world.apiUrl), { method, headers });

  test('names the address that it came from', async () => {
    const { servers } = (await (await ask({})).json()) as { servers: { url: string }[] };

    expect(servers.map(({ url }) => url)).toEqual([new URL(world.apiUrl).origin]);
  });

  test('comes compressed, once', async () => {
    const [compressed, plain] = [
      await ask({ 'accept-encoding': 'gzip' }),
      await ask({ 'accept-encoding': 'identity' }),
    ];
    const etag = compressed.headers.get('etag') ?? '';

    expect(compressed.headers.get('content-encoding')).toBe('gzip');
    expect(plain.headers.get('content-encoding')).toBeNull();
    // fetch decompresses.
    expect(await compressed.text()).toBe(await plain.text());
    expect(compressed.headers.get('cache-control')).toBe('public, max-age=3600');
    const again = await ask({ 'accept-encoding': 'gzip', 'if-none-match': etag });
    expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, '']);
  });
});

describe('through the gateway,', () => {
  const send = (method: string, path: string, headers: Record<string, string> = {}) =>
    fetch(new URL(path, world.apiUrl), { method, headers });

  test.each([
    ['PATCH', '/subscriptions', 405, 'GET, HEAD, POST'],
    ['DELETE', '/', 405, 'GET, HEAD'],
    ['PUT', '/subscriptions/sub_1/test', 405, 'POST'],
    ['GET', '/accounts/acc_1/status', 405, 'PUT'],
    ['GET', '/nowhere', 404, null],
    ['POST', '/subscriptions/sub_1/nowhere', 404, null],
  ])('%s %s is a problem with the status %i', async (method, path, status, allow) => {
    const answer = await send(method, path);

    expect([answer.status, answer.headers.get('allow')]).toEqual([status, allow]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({ status });
  });

  test('HEAD needs the key that GET needs, and is answered like it', async () => {
    const { manage, subscriptionId } = await world.openAccount();
    const path = `/subscriptions/${subscriptionId}`;
    const got = await world.send(manage, { method: 'GET', path });
    const answer = await world.send(manage, { method: 'HEAD', path });

    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(answer.headers['etag']).toBe(got.headers['etag']);
    for (const sender of ['nobody', { apiKey: 'whk_none' }] as const)
      expect(await world.send(sender, { method: 'HEAD', path })).toMatchObject({ status: 401 });
  });

  test('the address itself tells where to read on', async () => {
    const service = (await (await send('GET', '/')).json()) as { openapi: string };

    expect((await fetch(service.openapi)).status).toBe(200);
  });
});

test('the document has every route that is deployed, and no other', () => {
  expect(documented.routeKeys.toSorted()).toEqual(routeKeys.toSorted());
});

describe('answers as the document says:', () => {
  test.each(rows)('%s, %i %s', async (routeKey, status, type) => {
    const { send } = await contractCases(world, routeKey, type);
    const answer = await send();

    expect([answer.status, typeOf(answer.text, type)]).toEqual([status, type]);
    expect(contract.faultsOfAnswer(routeKey, answer)).toEqual([]);
  });
});

test.each(documented.routeKeys as RouteKey[])('takes what the document says: %s', async (routeKey) => {
  const { request } = await contractCases(world, routeKey, 'answer');

  expect(contract.faultsOfRequest(routeKey, request)).toEqual([]);
});

describe('the examples of the document can be sent as they are:', () => {
  test.each(documented.routeKeys as RouteKey[])('%s', async (routeKey) => {
    const account = await world.openAccount();
    const { path, sender } = requestOf(routeKey, account);
    const examples = contract.examplesOf(routeKey);
    // What is the account's stands in for what is in the examples, in the body as in the path.
    const own = { subscriptionId: account.subscriptionId, code: account.linkCode };
    const body = Object.fromEntries(Object.entries(own).filter(([name]) => name in (examples.body ?? {})));
    const answer = await world.send(sender, {
      ...examples,
      ...(examples.body ? { body: { ...examples.body, ...body } } : {}),
      method: methodAndPathOf(routeKey).method,
      path,
    });

    expect([answer.status, answer.text]).toEqual([routeOf(routeKey).answer.status, expect.any(String)]);
    expect(contract.faultsOfRequest(routeKey, examples)).toEqual([]);
  });

  test.each((documented.routeKeys as RouteKey[]).filter((routeKey) => routeKey.includes('{')))(
    'an example of an id is well formed, and names nothing of the account: %s',
    async (routeKey) => {
      const account = await world.openAccount();
      const { sender } = requestOf(routeKey, account);
      const { method } = methodAndPathOf(routeKey);
      const { pathParameters, ...examples } = contract.examplesOf(routeKey);
      const path = Object.entries(pathParameters).reduce(
        (filled, [name, example]) => filled.replace(`{${name}}`, example),
        methodAndPathOf(routeKey).path,
      );
      const isBackends = routeOf(routeKey).access === 'iam';
      const { status } = await world.send(sender, { ...examples, method, path });

      expect(path).not.toContain('{');
      // The backend may name any account, and the first request for it brings it about.
      expect([404, ...(isBackends ? [routeOf(routeKey).answer.status] : [])]).toContain(status);
    },
  );

  test('every parameter and every body has one, but for a time that would grow old', () => {
    expect(
      (documented.routeKeys as RouteKey[]).flatMap((routeKey) => documented.withoutExample(routeKey)),
    ).toEqual(['GET /subscriptions/{id}/stats since', 'GET /subscriptions/{id}/stats until']);
  });
});

test('among them are the statuses that callers have to be ready for', () => {
  const statuses = new Set(rows.map(([, status]) => status));

  expect([...statuses].sort((a, b) => a - b)).toEqual([
    200, 201, 202, 204, 400, 401, 403, 404, 409, 410, 412, 413, 422, 429, 500,
  ]);
});

describe('the check itself sees', () => {
  const own = { 'x-request-id': '1', etag: 'W/"1"' };
  const good = { status: 200, headers: { 'content-type': 'application/json', ...own } };

  test.each([
    ['a status that is not documented', { ...good, status: 418, text: '{}' }],
    ['a field that is missing', { ...good, text: '{"items":[]}' }],
    ['a field that is not documented', { ...good, text: '{"items":[],"nextCursor":null,"total":0}' }],
    ['a field of another type', { ...good, text: '{"items":{},"nextCursor":null}' }],
    [
      'another content type',
      { ...good, headers: { ...good.headers, 'content-type': 'text/html' }, text: '' },
    ],
    [
      'a header that is missing',
      { ...good, headers: { 'content-type': 'application/json' }, text: '{"items":[],"nextCursor":null}' },
    ],
    [
      'a problem of another type',
      {
        status: 400,
        headers: { 'content-type': 'application/problem+json' },
        text: JSON.stringify({ type: problemType('conflict'), title: '', status: 400, detail: '' }),
      },
    ],
  ])('%s', (_, answer) => {
    expect(documented.faultsOfAnswer('GET /subscriptions', answer)).not.toEqual([]);
  });

  test('nothing wrong with an answer that keeps to it', () => {
    const answer = { ...good, text: '{"items":[],"nextCursor":null}' };

    expect(documented.faultsOfAnswer('GET /subscriptions', answer)).toEqual([]);
  });
});

/** As the document names it. */
function typeOf(text: string, expected: string): unknown {
  if (expected === 'answer') return 'answer';
  const { type = 'gateway' } = JSON.parse(text) as { type?: string };
  return type;
}
