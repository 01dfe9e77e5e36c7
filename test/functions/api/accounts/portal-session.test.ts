import { describe, expect, test } from '@jest/globals';
import type { Capability } from '../../../../core/accounts/credential.ts';
import { createAuthorizer } from '../../../../functions/authorizer/authorize-request.ts';
import type { TestApi } from '../../../support/api.ts';
import type { Deployment } from '../../../support/deployment.ts';
import { prepareDeployment } from '../../../support/suite.ts';

/** The page's session: the link that opens it, who is logged in, and what they may see. */

let deployment: Deployment;
let api: TestApi;
let accountId: string;
prepareDeployment((suite) => {
  ({ deployment, api, accountId } = suite);
});

async function makeLink(body: object = {}) {
  const made = await api.callSigned('POST /accounts/{accountId}/portal-sessions', { accountId }, body);
  const code = new URLSearchParams(new URL(made.body.url).hash.slice(1)).get('link') ?? '';
  return { ...made.body, code };
}

const open = (code: unknown) => api.call('POST /portal-session', { body: { code } });

async function isGood(token: string): Promise<boolean> {
  const { telemetry, clock } = deployment;
  const authorize = createAuthorizer({ credentials: api.credentials, telemetry, now: clock.now });
  const { context } = await authorize({ headers: { authorization: `Bearer ${token}` } } as never);
  return context.accountId === accountId;
}

/** A request in the session of that id. */
function callAs(id: string, routeKey: string, capabilities: readonly Capability[] = ['view'], more = {}) {
  return api.call(routeKey, {
    accountId,
    capabilities,
    credential: { kind: 'portal-session', id },
    ...more,
  });
}

const notGood = { status: 410, body: { type: 'urn:iomnihub:webhooks:problem:link-not-good' } };

describe('a link', () => {
  test('is exchanged for a token that speaks for its account', async () => {
    const { id, code, expiresAt, createdAt } = await makeLink({ capabilities: ['manage'], locale: 'es' });

    const { status, body } = await open(code);

    expect(status).toBe(201);
    expect(body).toEqual({
      id,
      accountId,
      capabilities: ['view', 'manage'],
      locale: 'es',
      createdAt,
      expiresAt,
      token: expect.stringMatching(/^whs_/),
    });
    expect(await isGood(body.token)).toBe(true);
  });

  test('names the language behind the #, where no server sees it', async () => {
    const { url } = await makeLink({ locale: 'pt-BR' });

    expect(url).toMatch(/^https:\/\/portal\.iomnihub\.example\/#link=whl_[\w-]+&lang=pt-BR$/);
  });

  test('opens once', async () => {
    const { code } = await makeLink();
    const { body } = await open(code);

    expect(await open(code)).toMatchObject(notGood);
    expect(await isGood(body.token)).toBe(true);
  });

  test('opens for one of many who have it at the same time', async () => {
    const { code } = await makeLink();

    const answers = await Promise.all(Array.from({ length: 10 }, () => open(code)));

    const opened = answers.filter(({ status }) => status === 201);
    expect(opened).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 410)).toHaveLength(9);
    expect(await isGood(opened[0]?.body.token)).toBe(true);
  });

  test('ends the token that the session was issued with', async () => {
    const { code, token } = await makeLink();
    expect(await isGood(token)).toBe(true);
    await open(code);

    expect(await isGood(token)).toBe(false);
  });

  test.each([
    [299_999, 201],
    [300_000, 410],
  ])('is answered %i ms after it was made with %i', async (ms, status) => {
    const { code } = await makeLink();
    deployment.clock.advance(ms);

    expect(await open(code)).toMatchObject({ status });
  });

  test('does not outlive its session', async () => {
    const { code, linkExpiresAt, expiresAt } = await makeLink({ expiresInSeconds: 60 });
    expect(linkExpiresAt).toBe(expiresAt);
    deployment.clock.advance(60_000);

    expect(await open(code)).toMatchObject(notGood);
  });

  test('does not open a session that was revoked', async () => {
    const { id: sessionId, code } = await makeLink();
    await api.callSigned('DELETE /accounts/{accountId}/portal-sessions/{sessionId}', {
      accountId,
      sessionId,
    });

    expect(await open(code)).toMatchObject(notGood);
  });

  test('does not open a session of an account that was removed', async () => {
    const { code } = await makeLink();
    await api.callSigned('DELETE /accounts/{accountId}', { accountId });

    expect(await open(code)).toMatchObject(notGood);
  });

  test('that is wrong gets one answer, whatever is wrong', async () => {
    const [used, live] = [await makeLink(), await makeLink()];
    const old = await makeLink({ linkExpiresInSeconds: 30 });
    await open(used.code);
    deployment.clock.advance(30_000);
    const wrong = [
      used.code,
      old.code,
      live.token,
      live.code.slice(0, -1),
      `${live.code}A`,
      `whl_${live.id}_${'A'.repeat(43)}`,
      `whl_${'f'.repeat(24)}_${'A'.repeat(43)}`,
      // The secret of one link with the session of another.
      `whl_${old.id}_${live.code.split('_').slice(2).join('_')}`,
      '',
    ];

    const answers = await Promise.all(wrong.map(open));

    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toHaveProperty('size', 1);
    expect(answers[0]).toMatchObject(notGood);
    expect(await open(live.code)).toMatchObject({ status: 201 });
  });

  test('of an API key there is none', async () => {
    const { body } = await api.callSigned('POST /accounts/{accountId}/api-keys', { accountId });

    expect(await open(body.key.replace('whk', 'whl'))).toMatchObject(notGood);
  });

  test('is stored as a hash, and is in no line of the log', async () => {
    const { code } = await makeLink();
    const { body } = await open(code);

    const secrets = [code, body.token].map((text: string) => text.split('_').slice(2).join('_'));
    const traces = JSON.stringify([deployment.wire.table.calls, deployment.telemetry.lines]);
    for (const secret of secrets) {
      expect(secret).toHaveLength(43);
      expect(traces).not.toContain(secret);
    }
  });

  test('leaves a trace when it is opened, before anybody has the token', async () => {
    const { id, code } = await makeLink();
    await open(code);

    const { entries } = await api.auditLog.listAudit(accountId, {}, 10);
    expect(entries.find(({ action }) => action === 'portal-session.opened')).toMatchObject({
      actor: { kind: 'portal-session', id },
      sourceIp: '203.0.113.9',
      details: { id, capabilities: ['view', 'manage', 'secrets'] },
    });
  });

  test('gives no token if nobody can say who has it', async () => {
    const { code } = await makeLink();
    deployment.wire.table.intercept(async (call) =>
      call.input.Item?.pk.S.endsWith('#U')
        ? { status: 500, body: { __type: 'InternalFailure' } }
        : call.forward(),
    );
    const { status, body } = await open(code);
    deployment.wire.table.reset();

    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('whs_');
    expect(await open(code)).toMatchObject(notGood);
  });
});

describe('whoever is logged in', () => {
  test('is told for which account, what they may do, until when, and the limits of the stage', async () => {
    const { code, id } = await makeLink({ capabilities: ['secrets'], locale: 'es' });
    const { token: _, ...session } = (await open(code)).body;

    expect((await callAs(id, 'GET /portal-session')).body).toEqual({
      ...session,
      limits: {
        subscriptions: 50,
        callbackTimeoutMs: 15_000,
        callbackPorts: [443],
        allowsPrivateUrls: true,
        asksReceivers: false,
        retentionDays: 30,
        cacheMs: 5_000,
      },
    });
  });

  test('may log out, and is nobody from then on', async () => {
    const { code, id } = await makeLink();
    const { token } = (await open(code)).body;

    expect(await callAs(id, 'DELETE /portal-session')).toMatchObject({ status: 204, body: null });
    expect(await isGood(token)).toBe(false);
    expect(await callAs(id, 'GET /portal-session')).toMatchObject({ status: 401 });
    expect(await callAs(id, 'DELETE /portal-session')).toMatchObject({ status: 204 });
    const { items } = (await api.callSigned('GET /accounts/{accountId}/portal-sessions', { accountId })).body;
    expect(items).toEqual([]);
  });

  test('logs out of their own session alone', async () => {
    const [mine, other] = [await makeLink(), await makeLink()];
    await callAs(mine.id, 'DELETE /portal-session');

    expect(await isGood(other.token)).toBe(true);
  });
});

describe('a session without the capability', () => {
  const body = { url: 'https://crm.example.com/hooks', eventTypes: ['*'] };

  test('secrets sees none of them, and may still manage', async () => {
    const { id } = await makeLink({ capabilities: ['manage'] });
    const call = (routeKey: string, more: object) => callAs(id, routeKey, ['view', 'manage'], more);
    const created = await call('POST /subscriptions', { body });
    const subscription = { id: created.body.id };
    const answers = [
      created,
      await call('POST /subscriptions/{id}/secret/rotate', subscription),
      await call('GET /subscriptions/{id}', subscription),
      await call('GET /subscriptions', {}),
      await call('GET /subscriptions/{id}/secret', subscription),
      await call('GET /audit-log', {}),
    ];

    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 200, 403, 200]);
    const { secret, previous } = (
      await api.call('GET /subscriptions/{id}/secret', { accountId, ...subscription })
    ).body;
    expect(previous).toHaveLength(1);
    for (const hidden of [secret, previous[0].secret, 'whsec_'])
      expect(JSON.stringify(answers)).not.toContain(hidden);
  });

  test('secrets gets none by repeating the request of somebody else', async () => {
    const headers = { 'idempotency-key': 'repeated' };
    const first = await api.call('POST /subscriptions', { accountId, body, headers });
    const { id } = await makeLink({ capabilities: ['manage'] });

    const repeated = await callAs(id, 'POST /subscriptions', ['view', 'manage'], { body, headers });

    expect(first.body.secret).toMatch(/^whsec_/);
    expect(repeated.body).not.toHaveProperty('secret');
  });

  test('manage sees secrets if it has that one', async () => {
    const { body: created } = await api.call('POST /subscriptions', { accountId, body });
    const { id } = await makeLink({ capabilities: ['secrets'] });

    expect(
      await callAs(id, 'GET /subscriptions/{id}/secret', ['view', 'secrets'], { id: created.id }),
    ).toMatchObject({ status: 200, body: { secret: created.secret } });
  });
});
