import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { routeKeysWith } from '../../contract/routes.ts';
import { connectApi } from '../../local/api-client.ts';
import { operatorCredentials } from '../../local/sigv4.ts';
import { uniqueId } from '../support/builders.ts';
import { type StacksUnderFault, startStacksUnderFault } from '../support/stacks-under-fault.ts';

/** What a browser asks and reads before it lets a page of another origin call the API, as it is deployed. */

jest.setTimeout(120_000);

const portal = 'https://app.iomnihub.example';
const developer = 'http://localhost:5173';
const stranger = 'https://evil.example';

let stacks: StacksUnderFault;
let apiKey: string;
beforeAll(async () => {
  stacks = await startStacksUnderFault({ corsOrigins: `${portal},${developer}` });
  const backend = connectApi(stacks.apiUrl, operatorCredentials);
  const issued = await backend('POST', `/accounts/${uniqueId('acc')}/api-keys`, { role: 'manage' });
  apiKey = String(issued['key']);
});
afterAll(() => stacks.close());

/** Of the Fetch standard, as far as it concerns us: may a page send this? https://fetch.spec.whatwg.org/#cors-preflight-fetch */
async function isLeaveGiven(origin: string, routeKey: string, headers: readonly string[]): Promise<boolean> {
  const [method = '', path = ''] = routeKey.split(' ');
  const response = await fetch(new URL(path.replaceAll(/\{\w+\}/g, 'x'), stacks.apiUrl), {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': headers.join(),
    },
  });
  const listed = (name: string) => response.headers.get(name)?.split(',') ?? [];
  return (
    response.ok &&
    response.headers.get('access-control-allow-origin') === origin &&
    listed('access-control-allow-methods').includes(method) &&
    headers.every((name) => listed('access-control-allow-headers').includes(name))
  );
}

async function read(path: string, headers: Record<string, string>) {
  const response = await fetch(new URL(path, stacks.apiUrl), { headers });
  const named = [...response.headers].filter(([name]) => name.startsWith('access-control-'));
  return { status: response.status, headers: response.headers, cors: Object.fromEntries(named) };
}

describe('a script of a page', () => {
  const sent = ['authorization', 'content-type', 'if-match', 'idempotency-key'];
  const ofPages = routeKeysWith('public', 'read', 'manage');

  test.each(ofPages)('may ask for what an account may: %s', async (routeKey) => {
    expect(await isLeaveGiven(portal, routeKey, sent)).toBe(true);
    expect(await isLeaveGiven(developer, routeKey, sent)).toBe(true);
    expect(await isLeaveGiven(stranger, routeKey, sent)).toBe(false);
  });

  test.each([
    ['a method that only the backend uses', 'PUT /accounts/{accountId}/status', sent],
    ['a header that we do not read', 'GET /subscriptions', ['x-forwarded-for']],
  ])('may not ask for %s', async (_, routeKey, headers) => {
    expect(await isLeaveGiven(portal, routeKey, headers)).toBe(false);
  });

  test.each([portal, developer])('of %s reads answers and the headers that it needs', async (origin) => {
    const { status, headers, cors } = await read('/subscriptions', {
      origin,
      authorization: `Bearer ${apiKey}`,
    });

    expect(status).toBe(200);
    expect(cors).toEqual({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'etag,x-request-id,retry-after,idempotency-replayed',
    });
    expect(headers.get('x-request-id')).toMatch(/./);
  });

  test('learns that its key is missing or wrong', async () => {
    const origin = { 'access-control-allow-origin': portal };

    expect(await read('/subscriptions', { origin: portal })).toMatchObject({ status: 401, cors: origin });
    expect(await read('/subscriptions', { origin: portal, authorization: 'Bearer x' })).toMatchObject({
      status: 401,
      cors: origin,
    });
  });

  test('of another origin reads nothing, though its key is good', async () => {
    const authorization = `Bearer ${apiKey}`;

    expect(await read('/subscriptions', { origin: stranger, authorization })).toMatchObject({
      status: 200,
      cors: {},
    });
    expect(await read('/subscriptions', { authorization })).toMatchObject({ status: 200, cors: {} });
  });
});
