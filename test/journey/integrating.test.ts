import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { createPublisher, type EventToPublish } from '../../client/publisher.ts';
import { catalogEntryOf, type EventType, eventTypes } from '../../core/events/event-catalog.ts';
import { connectApi } from '../../local/api-client.ts';
import { operatorCredentials } from '../../local/sigv4.ts';
import { connectSqs, untilAtRest } from '../support/at-rest.ts';
import { uniqueId } from '../support/builders.ts';
import { type LocalRun, startLocalRun } from '../support/local-run.ts';

/** What docs/integrating.md tells an integrator to do: its snippets are these very lines. */
/* oxlint-disable typescript/no-explicit-any, typescript/no-misused-promises -- they are read by people who want them short */

jest.setTimeout(180_000);

let run: LocalRun;
let sqs: SQSClient;
let eventBridge: EventBridgeClient;
let publish: (type: EventType) => Promise<string>;
beforeAll(async () => {
  run = await startLocalRun('-c', 'retryScheduleSeconds=0,1,1');
  await run.printed('Ctrl-C stops everything');
  const { Local, apiUrl, eventBusName } = await run.outputs();
  sqs = connectSqs(Local.SqsEndpoint);
  eventBridge = new EventBridgeClient({
    endpoint: Local.EventsEndpoint,
    region: 'us-east-1',
    credentials: operatorCredentials,
  });
  // What iOmniHub does: it gives the integrator a key, and publishes what happens in the account.
  const accountId = uniqueId('acc_integrating');
  const { key } = await connectApi(apiUrl, operatorCredentials)(
    'POST',
    `/accounts/${accountId}/api-keys`,
    {},
  );
  Object.assign(process.env, { API_URL: apiUrl, API_KEY: key });
  const publisher = createPublisher({ eventBusName, client: eventBridge });
  publish = async (type) => {
    const id = uniqueId('evt_integrating');
    const { example: data } = catalogEntryOf(type);
    await publisher.publish([{ id, accountId, type, occurredAt: new Date(), data } as EventToPublish]);
    return id;
  };
});
afterAll(async () => {
  eventBridge.destroy();
  sqs.destroy();
  await run.stop();
});

// #region call
async function call(
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<any> {
  const response = await fetch(new URL(path, process.env['API_URL']), {
    method,
    headers: {
      authorization: `Bearer ${process.env['API_KEY']}`,
      'content-type': 'application/json',
      ...headers,
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (response.status === 429) {
    // The gateway's own answers do not say how long.
    await setTimeout(Number(response.headers.get('retry-after') ?? 1) * 1_000);
    return call(method, path, body, headers);
  }
  const answer: any = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}
// #endregion

// #region until
async function until(path: string, isSo: (answer: any) => boolean) {
  for (let tries = 0; tries < 300; tries += 1) {
    const answer = await call('GET', path);
    if (isSo(answer)) return answer;
    await setTimeout(200);
  }
  throw new Error(`${path} has not changed in time`);
}
// #endregion

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

test('an integrator registers, verifies, finds out why an event did not come, sends it again and rotates the secret', async () => {
  process.env['RECEIVER_PORT'] = String(await freePort());
  // #region receiver
  const port = Number(process.env['RECEIVER_PORT'] ?? 4000);
  let secret = '';
  const seen = new Map<string, { type: string; data: unknown }>();
  const receiver = createServer(async (request, response) => {
    const body = await text(request);
    try {
      const event = new Webhook(secret).verify(body, request.headers as Record<string, string>);
      seen.set(String(request.headers['webhook-id']), event as { type: string; data: unknown });
      response.writeHead(204).end();
    } catch {
      response.writeHead(400).end('not signed with our secret');
    }
  });
  receiver.listen(port);
  // #endregion
  await once(receiver, 'listening');

  // #region register
  const subscription = await call(
    'POST',
    '/subscriptions',
    {
      url: `http://127.0.0.1:${port}/hooks`,
      eventTypes: ['ticket.created'],
      description: 'keeps the CRM in step',
    },
    { 'idempotency-key': 'crm-subscription-1' },
  );
  secret = subscription.secret;
  // #endregion

  // #region try
  const trial = await call('POST', `/subscriptions/${subscription.id}/test`, { eventType: 'ticket.created' });
  const tried = await until(`/deliveries/${trial.id}`, ({ status }) => status === 'delivered');
  console.log(seen.get(trial.eventId));
  // #endregion
  expect(seen.get(trial.eventId)).toEqual(JSON.parse(tried.body));

  const tagged = await publish('ticket.tagged');
  await untilAtRest(sqs);
  // #region why
  const { items: events } = await call('GET', '/events?eventType=ticket.tagged');
  const event = await call('GET', `/events/${events[0].id}`);
  for (const { subscriptionId, outcome, explanation } of event.subscriptions)
    console.log(`${subscriptionId} ${outcome}: ${explanation}`);
  // #endregion
  expect(event).toMatchObject({ id: tagged, subscriptions: [{ outcome: 'not-subscribed' }] });
  expect(seen.has(tagged)).toBe(false);

  // #region send
  const sent = await call('POST', `/events/${event.id}/deliveries`, { subscriptionId: subscription.id });
  await until(`/deliveries/${sent.id}`, ({ status }) => status === 'delivered');
  // #endregion
  expect(seen.get(tagged)).toMatchObject({ id: tagged, type: 'ticket.tagged' });

  // #region follow
  let since = subscription.createdAt;
  const known = new Set<string>();
  async function follow(): Promise<void> {
    const start = `/events?since=${since}`;
    let page = await call('GET', start);
    for (;;) {
      for (const { id, type } of page.items) if (!known.has(id)) console.log(`${id} ${type}`);
      for (const { id } of page.items) known.add(id);
      if (!page.nextCursor) break;
      page = await call('GET', `${start}&cursor=${page.nextCursor}`);
    }
    // Only now: if a page could not be read, the next call begins where this one did.
    since = page.completeUntil;
  }
  await follow();
  // #endregion
  expect([...known]).toEqual(expect.arrayContaining([events[0].id]));
  await follow();

  // #region change
  const response = await fetch(new URL(`/subscriptions/${subscription.id}`, process.env['API_URL']), {
    headers: { authorization: `Bearer ${process.env['API_KEY']}` },
  });
  const changed = await call(
    'PATCH',
    `/subscriptions/${subscription.id}`,
    { eventTypes: ['ticket.*'] },
    { 'if-match': response.headers.get('etag') ?? '' },
  );
  // #endregion
  await setTimeout(Math.max(0, Date.parse(changed.effectiveAt) - Date.now()));
  const taggedAgain = await publish('ticket.tagged');
  await untilAtRest(sqs);
  expect(seen.get(taggedAgain)?.type).toBe('ticket.tagged');

  // #region lose
  secret = `whsec_${'A'.repeat(43)}=`;
  const lost = await call('POST', `/subscriptions/${subscription.id}/test`, { eventType: 'ticket.resolved' });
  await until(`/deliveries/${lost.id}`, ({ responseStatus }) => responseStatus === 400);
  // #endregion
  expect(seen.has(lost.eventId)).toBe(false);

  // #region refused
  const { items: refused } = await call(
    'GET',
    `/subscriptions/${subscription.id}/deliveries?statusClass=4xx`,
  );
  const { attempts } = await call('GET', `/deliveries/${refused[0].id}`);
  console.log(attempts.at(-1));
  // #endregion
  expect(refused).toMatchObject([{ eventId: lost.eventId, responseStatus: 400 }]);
  expect(attempts.at(-1)).toMatchObject({
    outcome: 'failure',
    reason: 'status',
    responseExcerpt: 'not signed with our secret',
  });

  // #region reveal
  secret = (await call('GET', `/subscriptions/${subscription.id}/secret`)).secret;
  // #endregion

  // #region resend
  for (const { id } of refused) await call('POST', `/deliveries/${id}/retry`);
  await until(`/deliveries/${lost.id}`, ({ status }) => status === 'delivered');
  // #endregion
  expect(seen.get(lost.eventId)?.type).toBe('ticket.resolved');

  // Events go on coming while the secret is rotated, and every one is accepted at once.
  const published: string[] = [];
  const over = new AbortController();
  const traffic = (async () => {
    while (!over.signal.aborted) published.push(await publish(eventTypes[0]));
  })();
  // #region rotate
  const rotation = await call('POST', `/subscriptions/${subscription.id}/secret/rotate`, {
    overlapSeconds: 3600,
  });
  // #endregion
  await setTimeout(Math.max(0, Date.parse(rotation.effectiveAt) - Date.now()));
  // #region switch
  secret = rotation.secret;
  // #endregion
  await setTimeout(1_000);
  over.abort();
  await traffic;
  await untilAtRest(sqs);

  expect(published.length).toBeGreaterThan(10);
  for (const id of published) expect(seen.has(id)).toBe(true);
  const { items } = await call('GET', `/subscriptions/${subscription.id}/deliveries?statusClass=4xx`);
  expect(items).toEqual([]);
  receiver.close();
});

test('the snippets, put together in one file, run', async () => {
  const document = await readFile(new URL('../../docs/integrating.md', import.meta.url), 'utf8');
  const program = [...document.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, snippet]) => snippet).join('\n');
  const { Local, apiUrl } = await run.outputs();
  const environment = { API_URL: apiUrl, API_KEY: Local.ApiKey, RECEIVER_PORT: String(await freePort()) };
  // Whoever tries it ends the receiver with Ctrl-C.
  const args = ['--input-type=module-typescript', '--eval', `${program}\nprocess.exit();`];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...process.env, ...environment },
    timeout: 90_000,
  });
  expect(stdout).toContain('not signed with our secret');
});
