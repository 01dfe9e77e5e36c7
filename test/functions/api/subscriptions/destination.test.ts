import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventTypes } from '../../../../core/events/event-catalog.ts';
import { createTestApi, type TestApi } from '../../../support/api.ts';
import { uniqueId } from '../../../support/builders.ts';
import { type Deployment, startDeployment } from '../../../support/deployment.ts';
import { nonPublicSpellings } from '../../../support/non-public-spellings.ts';
import { type Receiver, startReceiver } from '../../../support/receiver.ts';

let deployment: Deployment;
let accountId: string;
beforeAll(async () => {
  deployment = await startDeployment();
});
beforeEach(() => {
  accountId = uniqueId('acc');
});
afterEach(() => deployment.reset());
afterAll(() => deployment.close());

function subscribe(api: TestApi, url: string, overrides: Record<string, unknown> = {}) {
  const body = { url, eventTypes: [eventTypes[0]], ...overrides };
  return api.call('POST /subscriptions', { accountId, body });
}

describe('registering a URL', () => {
  const answers: Record<string, string[]> = {
    'crm.example.com': ['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'],
    'inside.example.com': ['10.0.0.7'],
    'mixed.example.com': ['93.184.215.14', '169.254.169.254'],
    'mapped.example.com': ['::ffff:127.0.0.1'],
    'nowhere.example.com': [],
  };
  let asked: string[];
  let guarded: TestApi;
  beforeEach(() => {
    asked = [];
    guarded = createTestApi(deployment, {
      // Hundreds of requests in a moment: how many an account may send is another test's.
      reserveTurns: async () => ({ kind: 'now' }),
      rules: { allowPrivateCallbacks: false, allowedPorts: [443], ownHosts: ['iomnihub.example.org'] },
      names: {
        async resolveName(name) {
          asked.push(name);
          return answers[name] ?? [];
        },
      },
    });
  });

  test('takes a name of public addresses alone, and asks for it once', async () => {
    expect(await subscribe(guarded, 'https://crm.example.com/hooks')).toMatchObject({ status: 201 });
    expect(asked).toEqual(['crm.example.com']);
  });

  test('says the same of a private answer, a mixed one, and none: nobody learns what our name servers know', async () => {
    const refused = ['inside', 'mixed', 'mapped', 'nowhere'].map((name) =>
      subscribe(guarded, `https://${name}.example.com/hooks`),
    );

    const bodies = (await Promise.all(refused)).map(({ status, body }) => ({ status, body }));
    expect(bodies[0]).toMatchObject({
      status: 400,
      body: { issues: [{ field: 'url', message: 'destination not allowed' }] },
    });
    expect(bodies).toEqual(bodies.map(() => bodies[0]));
    expect(await deployment.subscriptions.listSubscriptions(accountId)).toEqual([]);
  });

  test('tells operators which rule it was, and the host only', async () => {
    await subscribe(guarded, 'https://mixed.example.com/hooks/PLANTED');

    expect(deployment.telemetry.named('destination.refused')).toEqual([
      {
        level: 'info',
        name: 'destination.refused',
        fields: { host: 'mixed.example.com', refusal: 'link-local' },
      },
    ]);
  });

  test.each(['https://api.iomnihub.example/', 'https://x.iomnihub.example.org/'])(
    'refuses %s, which would call us',
    async (url) => {
      expect(await subscribe(guarded, url)).toMatchObject({
        status: 400,
        body: { issues: [{ field: 'url' }] },
      });
    },
  );

  test('refuses every spelling of an address that is not public, without asking a name server', async () => {
    const urls = nonPublicSpellings.map(({ url }) => url);
    const refusals = await Promise.all(urls.map((url) => subscribe(guarded, url)));
    const taken = urls.filter((_, index) => refusals[index]?.status !== 400);

    expect(taken).toEqual([]);
    expect(urls.length).toBeGreaterThan(100);
    expect(await deployment.subscriptions.listSubscriptions(accountId)).toEqual([]);
  });

  test('is no different when a URL is changed', async () => {
    const { status, body } = await subscribe(guarded, 'https://crm.example.com/hooks');
    expect({ status, body }).toMatchObject({ status: 201 });
    const change = (url: string) =>
      guarded.call('PATCH /subscriptions/{id}', { accountId, id: body.id, body: { url } });

    expect(await change('https://inside.example.com/')).toMatchObject({ status: 400 });
    expect(await change('https://127.1/')).toMatchObject({ status: 400 });
    expect(await guarded.call('GET /subscriptions/{id}', { accountId, id: body.id })).toMatchObject({
      body: { url: 'https://crm.example.com/hooks' },
    });
  });
});

describe('where receivers are asked first', () => {
  let receiver: Receiver;
  let asking: TestApi;
  beforeEach(async () => {
    receiver = await startReceiver();
    asking = createTestApi(deployment, { receiverVerification: 'required' });
    deployment.clock.advance(1_000);
  });
  afterEach(() => receiver.close());

  function echo(form: (challenge: string) => string): void {
    receiver.respond((response, { body }) => {
      const { data } = JSON.parse(body) as { data: { challenge: string } };
      response.end(form(data.challenge));
    });
  }

  test.each([
    ['alone', (challenge: string) => challenge],
    ['on a line', (challenge: string) => `${challenge}\n`],
    ['as JSON', (challenge: string) => JSON.stringify({ challenge })],
  ])('one that echoes the challenge, %s, is called from then on', async (_, form) => {
    echo(form);

    expect(await subscribe(asking, receiver.url)).toMatchObject({
      status: 201,
      body: { status: 'enabled', verifiedAt: expect.any(String), verification: { verified: true } },
    });
    expect(receiver.callbacks.map(({ body }) => JSON.parse(body))).toMatchObject([
      { type: 'webhook.verify', accountId, data: { challenge: expect.stringMatching(/^.{32}$/) } },
    ]);
  });

  test.each([
    ['says something else', () => 'ok', { reason: 'challenge-not-echoed', status: 200 }],
    ['echoes the whole request', (body: string) => body, { reason: 'challenge-not-echoed', status: 200 }],
  ])('one that %s has to wait for its consent', async (_, answer, told) => {
    receiver.respond((response, { body }) => void response.end(answer(body)));

    expect(await subscribe(asking, receiver.url)).toMatchObject({
      status: 201,
      body: { status: 'pending', verification: { verified: false, ...told } },
    });
  });

  test('one that fails has to wait, and is told why', async () => {
    receiver.respond((response) => void response.writeHead(500).end());

    const { body } = await subscribe(asking, receiver.url);
    expect(body).toMatchObject({
      status: 'pending',
      verification: { verified: false, reason: 'status', status: 500 },
    });
    expect(body).not.toHaveProperty('verifiedAt');
  });

  test('one that is to be disabled anyway is not called', async () => {
    expect(await subscribe(asking, receiver.url, { status: 'disabled' })).toMatchObject({
      body: { status: 'disabled' },
    });
    expect(receiver.callbacks).toEqual([]);
  });

  test('one that was silent can be asked again, and by its consent is enabled', async () => {
    const { body } = await subscribe(asking, receiver.url);
    echo((challenge) => challenge);
    deployment.clock.advance(1_000);

    expect(await asking.call('POST /subscriptions/{id}/verify', { accountId, id: body.id })).toMatchObject({
      status: 200,
      // From which a test that is asked for next counts the seconds until all have seen it enabled.
      body: {
        status: 'enabled',
        updatedAt: deployment.clock.now().toISOString(),
        verification: { verified: true },
      },
    });
  });

  test('one is asked once, whoever writes to its subscription meanwhile', async () => {
    const { body: created } = await subscribe(asking, receiver.url, { status: 'disabled' });
    echo((challenge) => challenge);
    deployment.wire.table.intercept(async (call) => {
      if (call.operation === 'PutItem' && call.input.ConditionExpression) {
        deployment.wire.table.intercept((later) => later.forward());
        const seen = await deployment.subscriptions.findSubscription(accountId, created.id);
        const receiver = { provenAt: deployment.clock.now().toISOString() };
        if (seen) await deployment.learn(seen, { receiver });
      }
      return call.forward();
    });

    const change = { accountId, id: created.id, body: { status: 'enabled' } };
    expect(await asking.call('PATCH /subscriptions/{id}', change)).toMatchObject({
      status: 200,
      body: { status: 'enabled', verification: { verified: true } },
    });
    expect(receiver.callbacks).toHaveLength(1);
  });

  test('another URL is asked anew, and the old one’s consent does not count for it', async () => {
    echo((challenge) => challenge);
    const { body } = await subscribe(asking, receiver.url);
    const other = await startReceiver();
    const change = (url: string) =>
      asking.call('PATCH /subscriptions/{id}', { accountId, id: body.id, body: { url } });

    expect((await change(other.url)).body).toMatchObject({
      status: 'pending',
      verification: { verified: false },
    });
    await other.close();
    deployment.clock.advance(1_000);
    expect((await change(receiver.url)).body).toMatchObject({ status: 'enabled' });
  });

  test('a change that leaves the URL alone asks nobody', async () => {
    echo((challenge) => challenge);
    const { body } = await subscribe(asking, receiver.url);
    await asking.call('PATCH /subscriptions/{id}', { accountId, id: body.id, body: { description: 'x' } });

    expect(receiver.callbacks).toHaveLength(1);
  });

  test('one that has to wait is not asked by a change of something else', async () => {
    const { body } = await subscribe(asking, receiver.url);
    const change = { accountId, id: body.id, body: { description: 'x' } };

    expect(await asking.call('PATCH /subscriptions/{id}', change)).toMatchObject({
      status: 200,
      body: { status: 'pending', description: 'x' },
    });
    expect(receiver.callbacks).toHaveLength(1);
  });

  test('events count from when the receiver has answered', async () => {
    const askedAt = deployment.clock.now().toISOString();
    receiver.respond((response) => {
      deployment.clock.advance(7_000);
      response.end();
    });
    const { body } = await subscribe(asking, receiver.url);

    expect(body.createdAt).toBe(deployment.clock.now().toISOString());
    expect(body.createdAt > askedAt).toBe(true);
  });

  test('no host is asked more than once a second for one account', async () => {
    await subscribe(asking, receiver.url);
    const again = await subscribe(asking, receiver.url);

    expect(again).toMatchObject({
      status: 429,
      headers: { 'retry-after': '1' },
      body: { type: 'urn:iomnihub:webhooks:problem:too-many-requests' },
    });
    expect(receiver.callbacks).toHaveLength(1);
    expect(await deployment.subscriptions.listSubscriptions(accountId)).toHaveLength(1);
  });

  test('the question is signed and carries the owner’s headers, which no answer shows', async () => {
    receiver.respond((response, { headers }) => void response.writeHead(400).end(JSON.stringify(headers)));
    const created = await subscribe(asking, receiver.url, { headers: { 'x-key': 'PLANTED-5531' } });

    expect(receiver.callbacks[0]?.headers).toMatchObject({
      'x-key': 'PLANTED-5531',
      'webhook-signature': expect.stringMatching(/^v1,/),
    });
    expect(JSON.stringify(created)).not.toContain('PLANTED');
  });
});
