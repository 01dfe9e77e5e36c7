import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventTypes } from '../../../../core/events/event-catalog.ts';
import { createTestApi, type TestApi } from '../../../support/api.ts';
import { uniqueId } from '../../../support/builders.ts';
import { type Deployment, startDeployment } from '../../../support/deployment.ts';
import { nonPublicSpellings } from '../../../support/non-public-spellings.ts';

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
      portalUrl: 'https://portal.iomnihub.example.net',
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

  test('takes neither the page’s own host nor another case of it', async () => {
    for (const url of ['https://portal.iomnihub.example.net/api', 'https://Portal.iomnihub.example.net/']) {
      expect(await subscribe(guarded, url)).toMatchObject({
        status: 400,
        body: { issues: [{ field: 'url', message: 'must not point back at iOmniHub' }] },
      });
    }
    expect(asked).toEqual([]);
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

  test.each([
    [
      'https://crm.exämple.com/hooks',
      'must consist of ASCII characters, and "ä" (U+00E4) is none: write https://crm.xn--exmple-cua.com/hooks',
    ],
    [
      'https://crm.example.com/é{id}?q={é}',
      'must consist of ASCII characters, and "é" (U+00E9) is none: write https://crm.example.com/%C3%A9%7Bid%7D?q=%7B%C3%A9%7D',
    ],
    [
      'https://crm.example.com/my hooks',
      'must hold no blank or control character such as U+0020: write https://crm.example.com/my%20hooks',
    ],
    ['http://crm.example.com/', 'must start with https://'],
    ['https://crm.example.com:444/', 'must use port 443'],
  ])('tells what is wrong with %s, and which form to use', async (url, message) => {
    expect(await subscribe(guarded, url)).toMatchObject({
      status: 400,
      body: { issues: [{ field: 'url', message }] },
    });
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

describe('the hosts of an account', () => {
  test('may be twenty in a minute, however they are named, and no name server is asked for more', async () => {
    const asked: string[] = [];
    const counting = createTestApi(deployment, {
      rules: { allowPrivateCallbacks: false, allowedPorts: [443], ownHosts: [] },
      names: {
        async resolveName(name) {
          asked.push(name);
          return name.startsWith('unknown') ? [] : ['93.184.215.14'];
        },
      },
    });
    // The minute of the clock must not end before the twentieth.
    deployment.clock.advance(60_000 - (deployment.clock.now().getTime() % 60_000));
    const { body: first } = await subscribe(counting, 'https://host-0.example.com/hooks');
    for (let nth = 1; nth < 20; nth += 1) {
      if (nth % 5 === 0) deployment.clock.advance(1_000);
      const url = `https://${nth % 2 ? 'unknown' : 'host'}-${nth}.example.com/`;
      await counting.call('PATCH /subscriptions/{id}', { accountId, id: first.id, body: { url } });
    }
    asked.length = 0;
    const move = (url: string) =>
      counting.call('PATCH /subscriptions/{id}', { accountId, id: first.id, body: { url } });

    const refused = await move('https://host-20.example.com/');
    expect(refused).toMatchObject({
      status: 429,
      body: { type: 'urn:iomnihub:webhooks:problem:too-many-requests' },
    });
    const waitSeconds = Number(refused.headers['retry-after']);
    expect(waitSeconds).toBe(60 - deployment.clock.now().getUTCSeconds());
    expect(await subscribe(counting, 'https://host-21.example.com/')).toMatchObject({ status: 429 });
    expect(asked).toEqual([]);
    expect(await move('https://host-0.example.com/other')).toMatchObject({ status: 200 });

    deployment.clock.advance(waitSeconds * 1_000);
    expect(await move('https://host-20.example.com/')).toMatchObject({ status: 200 });
  });

  test('that it already has count as well when they are asked', async () => {
    const { subscription } = await deployment.subscribe({ accountId, url: 'https://crm.example.com/' });
    const asking = createTestApi(deployment, { namedHosts: { nameHost: async () => false } });

    expect(
      await asking.call('POST /subscriptions/{id}/verify', { accountId, id: subscription.id }),
    ).toMatchObject({ status: 429 });
    expect(deployment.messagesIn('retries')).toEqual([]);
  });
});
