import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { DynamoTable } from '../../adapters/dynamo-client.ts';
import { createCredentialStore } from '../../adapters/dynamo-credential-store.ts';
import { createDeliveryLog } from '../../adapters/dynamo-delivery-log.ts';
import { createEventLog } from '../../adapters/dynamo-event-log.ts';
import { type RouteKey, routeKeys, routeKeysWith, routeOf } from '../../contract/routes.ts';
import { formatCredential, hashCredentialSecret } from '../../core/accounts/credential.ts';
import { deliveryIdOf } from '../../core/deliveries/delivery.ts';
import { type ApiCredentials, signRequest } from '../../local/api-client.ts';
import { operatorCredentials } from '../../local/sigv4.ts';
import { deliveredDelivery, deliveryRef, publishedEvent, uniqueId } from '../support/builders.ts';
import { addDrill } from '../support/contract-world.ts';
import { connectTableAt } from '../support/engines.ts';
import { goodRequest, type Names } from '../support/good-requests.ts';
import { type StacksUnderFault, startStacksUnderFault } from '../support/stacks-under-fault.ts';

/** Every route × every kind of caller, through the gateway, the authorizer and the API as they are deployed. */

jest.setTimeout(120_000);

const publicRoutes = routeKeysWith('public');
/** The others among them have one good answer only. */
const steadyRoutes = publicRoutes.filter((routeKey) => routeOf(routeKey).body === undefined);
const keyRoutes = routeKeysWith('read', 'manage', 'secrets');
const sessionRoutes = routeKeysWith('session');
const accountRoutes = [...keyRoutes, ...sessionRoutes];
const backendRoutes = routeKeysWith('iam');
const managing = routeKeysWith('manage', 'secrets');
const reading = routeKeysWith('read');

const statusOf = (routeKey: RouteKey) => routeOf(routeKey).answer.status;

let stacks: StacksUnderFault;
let table: DynamoTable;
/** Whose things everybody here is after. */
let victim: Awaited<ReturnType<typeof openAccount>>;
let stranger: typeof victim;
let unchanged: string;
beforeAll(async () => {
  stacks = await startStacksUnderFault();
  const { TableName } = Object.assign({}, ...Object.values(stacks.outputs)) as Record<string, string>;
  table = await connectTableAt(stacks.dynamoUrl, TableName);
  [victim, stranger] = [await openAccount(), await openAccount()];
  unchanged = await fingerprint();
});
afterAll(async () => {
  table.client.destroy();
  await stacks.close();
});

type Caller = ApiCredentials | { readonly authorization: string } | undefined;

async function send(routeKey: RouteKey, names: Names, caller: Caller, query = '') {
  const { method, path, body } = goodRequest(routeKey, names);
  const url = new URL(path + query, stacks.apiUrl);
  const text = body && JSON.stringify(body);
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...(await headersOf(caller, method, url, text)) },
    ...(text ? { body: text } : {}),
  });
  return { status: response.status, text: await response.text() };
}

async function headersOf(
  caller: Caller,
  method: string,
  url: URL,
  text: string | undefined,
): Promise<Record<string, string>> {
  if (!caller) return {};
  if ('authorization' in caller) return caller;
  return 'apiKey' in caller
    ? { authorization: `Bearer ${caller.apiKey}` }
    : signRequest(method, url, text, caller);
}

async function issue(accountId: string, role: 'read' | 'manage' = 'manage') {
  return (await issueAt('api-keys', accountId, { role })) as { id: string; key: string };
}

interface Session {
  readonly id: string;
  readonly token: string;
  readonly url: string;
}

async function issueSession(accountId: string, capabilities?: readonly string[]): Promise<Session> {
  return (await issueAt('portal-sessions', accountId, { capabilities })) as Session;
}

function codeIn({ url }: Session): string {
  return new URLSearchParams(new URL(url).hash.slice(1)).get('link') ?? '';
}

async function issueAt(noun: 'api-keys' | 'portal-sessions', accountId: string, body: object) {
  const url = new URL(`/accounts/${accountId}/${noun}`, stacks.apiUrl);
  const text = JSON.stringify(body);
  const headers = await signRequest('POST', url, text, operatorCredentials);
  const response = await fetch(url, { method: 'POST', headers, body: text });
  return response.json();
}

/** An account with two keys, subscriptions and events, so that its lists have a second page. */
async function openAccount() {
  const accountId = uniqueId('acc_matrix');
  const manage = await issue(accountId);
  const read = await issue(accountId, 'read');
  const { id: sessionId, token } = await issueSession(accountId);
  const linkCode = codeIn(await issueSession(accountId));
  const ids = { keyId: manage.id, sessionId, subscriptionId: '', eventId: '', deliveryId: '', drillId: '' };
  const names = { accountId, linkCode, ...ids };
  const created = [];
  for (let count = 0; count < 2; count += 1)
    created.push(await send('POST /subscriptions', names, { apiKey: manage.key }));
  const { id: subscriptionId } = JSON.parse(created[0]?.text ?? '') as { id: string };
  const acceptedAt = new Date().toISOString();
  for (let count = 0; count < 2; count += 1) {
    const event = publishedEvent({ time: acceptedAt, detail: { id: uniqueId('evt'), accountId } });
    await createEventLog(table).recordEvent(event, [{ subscriptionId, decision: 'enqueue' }], new Date());
    const ref = { accountId, subscriptionId, eventId: event.id, eventType: event.type, acceptedAt };
    await createDeliveryLog(table).recordDelivered([deliveredDelivery(ref)]);
    Object.assign(names, { eventId: event.id, deliveryId: deliveryIdOf(deliveryRef(ref)) });
  }
  const drillId = await addDrill(table, accountId, subscriptionId);
  return {
    ...names,
    subscriptionId,
    drillId,
    manage: { apiKey: manage.key },
    read: { apiKey: read.key },
    session: { apiKey: token },
  };
}

/** Of all that the victim has; whoever may not must not change it. */
async function fingerprint(): Promise<string> {
  const { items } = JSON.parse((await send('GET /subscriptions', victim, victim.manage)).text) as {
    items: unknown[];
  };
  const credentials = createCredentialStore(table);
  const kept = await Promise.all(
    (['api-key', 'portal-session'] as const).map((kind) =>
      credentials.listCredentials(victim.accountId, kind, new Date()),
    ),
  );
  const stable = kept.flat().map(({ lastUsedAt: _, ...key }) => key);
  return createHash('sha256')
    .update(JSON.stringify([items, stable]))
    .digest('hex');
}

function problemOf(text: string): string | undefined {
  return (JSON.parse(text) as { type?: string }).type;
}

const wrongSecret = 'A'.repeat(43);

describe('an account’s route is closed to', () => {
  const outsiders: Record<string, () => Promise<Caller> | Caller> = {
    'a wrong secret for a good id': () => ({
      apiKey: formatCredential('api-key', victim.keyId, wrongSecret),
    }),
    'a key that there never was': () => ({
      apiKey: formatCredential('api-key', 'f'.repeat(24), wrongSecret),
    }),
    'a key that was revoked': async () => {
      const { id, key } = await issue(victim.accountId);
      await send(
        'DELETE /accounts/{accountId}/api-keys/{keyId}',
        { ...victim, keyId: id },
        operatorCredentials,
      );
      return { apiKey: key };
    },
    'a session that has expired': async () => {
      const id = createHash('sha256').update(uniqueId('session')).digest('hex').slice(0, 24);
      await createCredentialStore(table).createCredential({
        id,
        kind: 'portal-session',
        accountId: victim.accountId,
        secretHash: hashCredentialSecret(wrongSecret),
        capabilities: ['view', 'manage', 'secrets'],
        description: '',
        createdAt: '2026-11-23T16:55:00.000Z',
        expiresAt: '2026-11-23T17:55:00.000Z',
      });
      return { apiKey: formatCredential('portal-session', id, wrongSecret) };
    },
    'the key as a basic credential': () => ({
      authorization: `Basic ${Buffer.from(victim.manage.apiKey).toString('base64')}`,
    }),
    'the helpdesk backend’s signature': () => operatorCredentials,
  };

  test.each(accountRoutes)('nobody at all: %s', async (routeKey) => {
    expect(await send(routeKey, victim, undefined)).toMatchObject({ status: 401 });
  });

  for (const [name, credential] of Object.entries(outsiders)) {
    test.each(accountRoutes)(`${name}: %s`, async (routeKey) => {
      const { status, text } = await send(routeKey, victim, await credential());

      expect([status, problemOf(text)]).toEqual([401, 'urn:iomnihub:webhooks:problem:unauthorized']);
    });
  }

  test.each(managing)('a key that may only read: %s', async (routeKey) => {
    const { status, text } = await send(routeKey, victim, victim.read);

    expect([status, problemOf(text)]).toEqual([403, 'urn:iomnihub:webhooks:problem:forbidden']);
  });

  test.each(sessionRoutes)('a key, if it is for sessions: %s', async (routeKey) => {
    const { status, text } = await send(routeKey, victim, victim.manage);

    expect([status, problemOf(text)]).toEqual([403, 'urn:iomnihub:webhooks:problem:forbidden']);
  });

  test.each([
    ['manage', ['view', 'secrets']],
    ['secrets', ['view', 'manage']],
  ] as const)('a session without the capability %s', async (access, capabilities) => {
    const { token } = await issueSession(stranger.accountId, capabilities);
    for (const routeKey of routeKeysWith(access)) {
      const { status, text } = await send(routeKey, stranger, { apiKey: token });
      expect([routeKey, status, problemOf(text)]).toEqual([
        routeKey,
        403,
        'urn:iomnihub:webhooks:problem:forbidden',
      ]);
    }
  });

  test('a suspended account, and open again when it is not', async () => {
    const { accountId, manage, ...names } = await openAccount();
    const setStatus = async (status: string) => {
      const url = new URL(`/accounts/${accountId}/status`, stacks.apiUrl);
      const body = JSON.stringify({ status });
      const headers = await signRequest('PUT', url, body, operatorCredentials);
      const answer = await fetch(url, { method: 'PUT', headers, body });
      expect(answer.status).toBe(200);
      const { effectiveAt } = (await answer.json()) as { effectiveAt: string };
      await setTimeout(Date.parse(effectiveAt) - Date.now());
    };
    await setStatus('suspended');
    // The gateway remembers for half a minute who is behind the header.
    for (const routeKey of accountRoutes) {
      const { status, text } = await send(routeKey, { ...names, accountId }, manage);
      expect([routeKey, status, problemOf(text)]).toEqual([
        routeKey,
        403,
        'urn:iomnihub:webhooks:problem:account-suspended',
      ]);
    }
    await setStatus('active');
    expect(await send('GET /subscriptions', { ...names, accountId }, manage)).toMatchObject({ status: 200 });
  });
});

describe('another account’s', () => {
  const naming = keyRoutes.filter((routeKey) => routeKey.includes('{id}'));
  const listing = keyRoutes.filter(
    (routeKey) => !naming.includes(routeKey) && 'cursor' in (routeOf(routeKey).query?.shape ?? {}),
  );
  const ofNobody = {
    subscriptionId: 'sub_000000000000000000000000',
    eventId: 'evt_of_nobody',
    deliveryId: deliveryIdOf(deliveryRef({ subscriptionId: 'sub_000000000000000000000000' })),
    drillId: 'drl_none',
  };

  test.each(naming)('id is unknown, as one that there never was: %s', async (routeKey) => {
    const foreign = await send(routeKey, victim, stranger.manage);
    const unknown = await send(routeKey, { ...victim, ...ofNobody }, stranger.manage);

    expect(foreign).toEqual(unknown);
    expect(foreign.status).toBe(404);
  });

  test.each(listing)('cursor is none: %s', async (routeKey) => {
    // An entry for each of two reveals: the audit log has a second page as well.
    for (let count = 0; count < 2; count += 1)
      await send('GET /subscriptions/{id}/secret', victim, victim.manage);
    const page = await send(routeKey, victim, victim.manage, '?limit=1');
    const { nextCursor } = JSON.parse(page.text) as { nextCursor: string };
    const query = `?limit=1&cursor=${encodeURIComponent(nextCursor)}`;

    expect(await send(routeKey, victim, victim.manage, query)).toMatchObject({ status: 200 });
    expect(await send(routeKey, stranger, stranger.manage, query)).toMatchObject({ status: 400 });
  });

  test.each(listing)('items are in no list: %s', async (routeKey) => {
    expect((await send(routeKey, stranger, stranger.manage)).text).not.toContain(victim.subscriptionId);
  });
});

describe('a route of the backend is closed to', () => {
  const outsiders: Record<string, () => Caller> = {
    'nobody at all': () => undefined,
    'an account’s own key': () => victim.manage,
    'another account’s key': () => stranger.manage,
    'a signature with a wrong secret': () => ({ accessKeyId: 'local', secretAccessKey: 'wrong' }),
    'a signature of somebody unknown': () => ({ accessKeyId: 'other', secretAccessKey: 'local' }),
  };

  test.each(backendRoutes)('a session of the page: %s', async (routeKey) => {
    expect(await send(routeKey, victim, victim.session)).toMatchObject({ status: 403 });
  });

  for (const [name, credential] of Object.entries(outsiders)) {
    test.each(backendRoutes)(`${name}: %s`, async (routeKey) => {
      expect(await send(routeKey, victim, credential())).toMatchObject({ status: 403 });
    });
  }
});

describe('a public route asks nobody for a key, and is the same for', () => {
  const callers: Record<string, () => Caller> = {
    'an account’s key': () => victim.manage,
    'a key that there never was': () => ({
      apiKey: formatCredential('api-key', 'f'.repeat(24), wrongSecret),
    }),
    'a credential of another kind': () => ({ authorization: 'Basic eDp5' }),
    'the helpdesk backend': () => operatorCredentials,
  };

  test.each(steadyRoutes)('nobody at all: %s', async (routeKey) => {
    expect(await send(routeKey, victim, undefined)).toMatchObject({ status: statusOf(routeKey) });
  });

  for (const [name, credential] of Object.entries(callers)) {
    test.each(steadyRoutes)(`${name}: %s`, async (routeKey) => {
      const status = statusOf(routeKey);
      const { text } = await send(routeKey, victim, undefined);

      expect(await send(routeKey, victim, credential())).toEqual({ status, text });
    });
  }
});

test('none of all these has changed a thing of the account', async () => {
  expect(await fingerprint()).toBe(unchanged);
});

describe('a route is open to who may', () => {
  test.each(reading)('a reading key: %s', async (routeKey) => {
    const { read, ...names } = await openAccount();

    expect(await send(routeKey, names, read)).toMatchObject({ status: statusOf(routeKey) });
  });

  test.each(keyRoutes)('a managing key: %s', async (routeKey) => {
    const { manage, ...names } = await openAccount();

    expect(await send(routeKey, names, manage)).toMatchObject({ status: statusOf(routeKey) });
  });

  test.each(accountRoutes)('a session of the page: %s', async (routeKey) => {
    const { session, ...names } = await openAccount();

    expect(await send(routeKey, names, session)).toMatchObject({ status: statusOf(routeKey) });
  });

  test('the token that a link is exchanged for', async () => {
    const names = await openAccount();
    const { text } = await send('POST /portal-session', names, undefined);
    const { token } = JSON.parse(text) as { token: string };

    expect(await send('GET /subscriptions', names, { apiKey: token })).toMatchObject({ status: 200 });
  });

  test.each(backendRoutes)('the helpdesk backend: %s', async (routeKey) => {
    expect(await send(routeKey, await openAccount(), operatorCredentials)).toMatchObject({
      status: statusOf(routeKey),
    });
  });
});

test('every kind of access has routes here', () => {
  for (const routes of [publicRoutes, steadyRoutes, sessionRoutes, backendRoutes, managing, reading])
    expect(routes).not.toEqual([]);
  expect([...publicRoutes, ...accountRoutes, ...backendRoutes].toSorted()).toEqual(routeKeys.toSorted());
});
