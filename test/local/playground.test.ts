import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventTypes } from '../../core/events/event-catalog.ts';
import { exampleEvent } from '../../core/events/example-event.ts';
import type { Behaviour } from '../../local/demo-receiver-behaviour.ts';
import { startEventBus } from '../../local/event-bus.ts';
import { type LocalServer, listen } from '../../local/http-server.ts';
import { createPlayground } from '../../local/playground.ts';
import { type PortalServer, startPortalServer } from '../../local/portal-server.ts';

/** What the page of a local run can do, and whom the server lets do it. */

const accepted: { id: string }[] = [];
let api: LocalServer;
let bus: Awaited<ReturnType<typeof startEventBus>>;
let portal: PortalServer;
let behaviour: Behaviour;
beforeAll(async () => {
  // Answers as the API does, by what the token says.
  api = await listen(async ({ headers }, response) => {
    const [, accountId, capabilities = ''] = /^Bearer (\w+) (\S*)$/.exec(headers.authorization ?? '') ?? [];
    if (!accountId) response.writeHead(401).end();
    else response.end(JSON.stringify({ accountId, capabilities: capabilities.split(',') }));
  }, 0);
  bus = await startEventBus(['bus'], [], undefined as never, (event) => accepted.push(event as never));
  portal = await startPortalServer(0, () => undefined);
  portal.serve({ behaviours: [] }, api.url);
  portal.serveFirst(
    createPlayground({
      apiUrl: api.url,
      eventsUrl: bus.url,
      eventBusName: 'bus',
      demo: {
        receiverUrl: 'http://127.0.0.1:4000/hooks',
        behaviour: () => behaviour,
        behave: (next) => {
          behaviour = next;
        },
        callbacks: () => [],
        publishExamples: () => Promise.reject(new Error('nobody asks for them')) as never,
        onReport: () => undefined,
        close: () => undefined,
      },
    }),
  );
});
beforeEach(() => {
  behaviour = 'ok';
  accepted.length = 0;
});
afterAll(async () => {
  await portal.close();
  await bus.close();
  await api.close();
});

const manager = 'Bearer acc_demo view,manage';

async function send(
  method: string,
  path: string,
  { headers = {}, body }: { headers?: object; body?: unknown } = {},
) {
  const response = await fetch(`${portal.url}/playground${path}`, {
    method,
    headers: { authorization: manager, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const example = () =>
  (
    JSON.parse(
      exampleEvent(eventTypes[0], { id: 'e', accountId: 'a', at: new Date().toISOString() }).body,
    ) as {
      data: object;
    }
  ).data;

describe('the playground', () => {
  test('shows the demo receiver, and makes it fail', async () => {
    const receiver = {
      url: 'http://127.0.0.1:4000/hooks',
      behaviours: ['ok', '500', 'timeout', '410', 'slow'],
    };

    expect(await send('GET', '')).toEqual({
      status: 200,
      body: { receiver: { ...receiver, behaviour: 'ok' } },
    });
    expect(await send('PUT', '/receiver', { body: { behaviour: '410' } })).toEqual({
      status: 200,
      body: { receiver: { ...receiver, behaviour: '410' } },
    });
    expect(behaviour).toBe('410');
  });

  test('publishes an event of the demo account', async () => {
    const { status, body } = await send('POST', '/events', {
      body: { type: eventTypes[0], data: example() },
    });

    expect(status).toBe(202);
    expect(accepted).toHaveLength(1);
    expect(JSON.stringify(accepted)).toContain(String(body['id']));
  });

  test.each([
    ['an event that breaks a rule', '/events', { type: eventTypes[0], data: {} }],
    ['an unknown type', '/events', { type: 'ticket.eaten', data: {} }],
    ['what is no event', '/events', [1]],
  ])('refuses %s, and says why', async (_, path, body) => {
    const answer = await send('POST', path, { body });

    expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringMatching(/\S/) } });
    expect(accepted).toEqual([]);
  });

  test.each([
    ['nobody', {}, 401],
    ['a session that has ended', { authorization: 'Bearer whs_ended' }, 401],
    ['a session that may only look', { authorization: 'Bearer acc_demo view' }, 403],
    ['a session of another account', { authorization: 'Bearer acc_other view,manage' }, 403],
    ['a page elsewhere', { authorization: manager, origin: 'http://evil.example' }, 403],
    ['a page without an origin of its own', { authorization: manager, origin: 'null' }, 403],
  ])('lets %s change nothing', async (_, headers: object, status) => {
    const plain = 'authorization' in headers ? headers : { authorization: '' };
    const answer = await send('PUT', '/receiver', { headers: plain, body: { behaviour: '500' } });

    expect(answer.status).toBe(status);
    expect(behaviour).toBe('ok');
  });

  test('shows a session of another account nothing of the demo account', async () => {
    for (const path of ['', '/callbacks'])
      expect(await send('GET', path, { headers: { authorization: 'Bearer acc_other view' } })).toMatchObject({
        status: 403,
      });
  });

  test('is open to its own page', async () => {
    const { origin } = new URL(portal.url);

    expect(
      await send('PUT', '/receiver', { headers: { origin }, body: { behaviour: 'slow' } }),
    ).toMatchObject({
      status: 200,
    });
  });

  test('has no other path', async () => {
    expect(await send('GET', '/secrets')).toMatchObject({ status: 404 });
  });
});
