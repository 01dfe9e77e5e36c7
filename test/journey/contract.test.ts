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
  // The longest timeout that an owner may ask for.
  const ofAnyStage = (document: unknown) =>
    JSON.parse(JSON.stringify(document).replaceAll(/("minimum":1000,"maximum":)\d+/g, '$10')) as object;

  expect(ofAnyStage(served)).toEqual(ofAnyStage(committed));
});

test('the document has every route that is deployed, and no other', () => {
  expect(documented.routeKeys.toSorted()).toEqual(routeKeys.toSorted());
});

describe('answers as the document says:', () => {
  test.each(rows)('%s, %i %s', async (routeKey, status, type) => {
    const { send } = await contractCases(world, routeKey, status, type);
    const answer = await send();

    expect([answer.status, typeOf(answer.text, type)]).toEqual([status, type]);
    expect(contract.faultsOfAnswer(routeKey, answer)).toEqual([]);
  });
});

test.each(documented.routeKeys as RouteKey[])('takes what the document says: %s', async (routeKey) => {
  const { request } = await contractCases(world, routeKey, 200, 'answer');

  expect(contract.faultsOfRequest(routeKey, request)).toEqual([]);
});

describe('the examples of the document can be sent as they are:', () => {
  test.each(documented.routeKeys as RouteKey[])('%s', async (routeKey) => {
    const account = await world.openAccount();
    const { path, sender } = requestOf(routeKey, account);
    const examples = contract.examplesOf(routeKey);
    const answer = await world.send(sender, { ...examples, method: methodAndPathOf(routeKey).method, path });

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
    200, 201, 202, 204, 400, 401, 403, 404, 409, 412, 413, 422, 429, 500,
  ]);
});

describe('the check itself sees', () => {
  const good = { status: 200, headers: { 'content-type': 'application/json', 'x-request-id': '1' } };

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
