import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { DynamoTable } from '../../adapters/dynamo-client.ts';
import { unpackContent } from '../../adapters/dynamo-event-content.ts';
import { internalFailure } from '../../bench/wire-proxy.ts';
import { eventCatalog } from '../../core/events/event-catalog.ts';
import { signRequest } from '../../local/api-client.ts';
import { operatorCredentials } from '../../local/sigv4.ts';
import { connectSqs, peekAll, untilAtRest } from '../support/at-rest.ts';
import { connectTableAt } from '../support/engines.ts';
import { exampleData } from '../support/journey-data.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { type StacksUnderFault, startStacksUnderFault } from '../support/stacks-under-fault.ts';
import { until } from '../support/until.ts';

/**
 * Everything that is secret is marked, goes through whole journeys with receivers that echo and engines that fail, and
 * is then searched for in all that stays behind or comes back.
 */

jest.setTimeout(120_000);

const accountId = 'acc_planted';
const headerValue = 'Bearer PLANTEDHEADER"5531/+<&';
const payload = 'PLANTEDPAYLOAD5531';
const hookPath = 'PLANTEDHOOKPATH5531';
const [entry] = eventCatalog;

let stacks: StacksUnderFault;
let sqs: SQSClient;
let eventBridge: EventBridgeClient;
let table: DynamoTable;
let receiver: Receiver;
/** What was given out as a secret, by what it is. */
const secrets: Record<string, string> = { 'header value': headerValue };
/** Answers that are no success. */
const errorBodies: string[] = [];

beforeAll(async () => {
  stacks = await startStacksUnderFault();
  sqs = connectSqs(stacks.sqsUrl);
  eventBridge = new EventBridgeClient({
    endpoint: stacks.eventsUrl,
    region: 'us-east-1',
    credentials: operatorCredentials,
  });
  const { TableName } = Object.assign({}, ...Object.values(stacks.outputs)) as Record<string, string>;
  table = await connectTableAt(stacks.dynamoUrl, TableName);
  receiver = await startReceiver();
  await liveThroughEverything();
});
afterAll(async () => {
  await receiver.close();
  table.client.destroy();
  eventBridge.destroy();
  sqs.destroy();
  await stacks.close();
});

async function call(method: string, path: string, body?: object, bearer?: string) {
  const url = new URL(path, stacks.apiUrl);
  const text = body && JSON.stringify(body);
  const headers = bearer
    ? { authorization: `Bearer ${bearer}` }
    : await signRequest(method, url, text, operatorCredentials);
  const response = await fetch(url, { method, headers, ...(text ? { body: text } : {}) });
  const answer = await response.text();
  if (!response.ok) errorBodies.push(answer);
  return JSON.parse(answer || '{}') as Record<string, string>;
}

async function publish(...details: object[]): Promise<void> {
  const entries = details.map((detail, index) => ({
    EventBusName: stacks.eventBusName,
    Source: 'iomnihub.helpdesk',
    DetailType: 'detailType' in detail ? String(detail.detailType) : entry.type,
    Detail: JSON.stringify({
      id: `evt_planted_${index}`,
      accountId,
      occurredAt: '2026-11-23T16:55:00.000Z',
      data: { ...exampleData(entry.type), text: payload },
      ...detail,
    }),
  }));
  await eventBridge.send(new PutEventsCommand({ Entries: entries }));
}

async function liveThroughEverything(): Promise<void> {
  const { key = '' } = await call('POST', `/accounts/${accountId}/api-keys`, {});
  const { token = '' } = await call('POST', `/accounts/${accountId}/portal-sessions`, {});
  const link = await call('POST', `/accounts/${accountId}/portal-sessions`, {});
  const code = new URLSearchParams(new URL(String(link['url'])).hash.slice(1)).get('link') ?? '';
  const { token: opened = '' } = await call('POST', '/portal-session', { code });
  // Once more, which opens nothing.
  await call('POST', '/portal-session', { code });
  const url = receiver.url.replace('iomnihub', hookPath);
  const subscription = await call(
    'POST',
    '/subscriptions',
    { url, eventTypes: [entry.type], headers: { 'x-key': headerValue } },
    key,
  );
  const id = String(subscription['id']);
  const rotated = await call('POST', `/subscriptions/${id}/secret/rotate`, { overlapSeconds: 60 }, token);
  await call('GET', `/subscriptions/${id}/secret`, undefined, key);
  await call('PATCH', `/subscriptions/${id}`, { headers: { 'x-second': 'PLANTEDSECOND5531' } }, key);
  Object.assign(secrets, {
    'API key': key,
    'secret part of the API key': key.split('_').slice(2).join('_'),
    'session token': token,
    'secret part of the session token': token.split('_').slice(2).join('_'),
    'code of a link': code,
    'secret part of the code of a link': code.split('_').slice(2).join('_'),
    'token of an opened session': opened,
    'secret part of that token': opened.split('_').slice(2).join('_'),
    'signing secret': subscription['secret'],
    'rotated signing secret': rotated['secret'],
    'second header value': 'PLANTEDSECOND5531',
  });

  // Wrong in every way, with the secrets in it.
  await call('PATCH', `/subscriptions/${id}`, { headers: { host: headerValue } }, key);
  await call('PATCH', `/subscriptions/${id}`, { secret: secrets['signing secret'] }, key);
  await call('POST', '/subscriptions', { url: `ftp://${hookPath}`, eventTypes: [payload] }, key);
  await call('GET', `/subscriptions/${hookPath}`, undefined, key);
  await call('GET', `/audit-log?cursor=${hookPath}`, undefined, key);
  await call('GET', '/subscriptions', undefined, `${key}x`);

  // A receiver that sends back what it was sent, in a failure and then in a success.
  const answers = [500, 200];
  receiver.respond((response, { headers }) => {
    response.writeHead(answers.shift() ?? 503).end(JSON.stringify(headers) + headers['x-key']);
  });
  await publish({});
  await untilAtRest(sqs);
  // One that never recovers, so that its delivery is exhausted; events that cannot be delivered at all.
  await publish(
    { id: 'evt_exhausted' },
    { id: 'evt_rejected', data: { ticket: payload } },
    { id: 'evt_unrouted', detailType: 'ticket.exploded' },
    { id: 'evt_large', data: { ...exampleData(entry.type), text: payload.repeat(20_000) } },
  );
  await untilAtRest(sqs);
  // An engine that fails, for the errors that are logged then: until the dispatcher has given up once, and the API.
  stacks.wire.table.intercept(async () => internalFailure);
  await publish({ id: 'evt_under_fault' });
  await call('PATCH', `/subscriptions/${id}`, { headers: { 'x-second': 'PLANTEDSECOND5531' } }, key);
  await call('GET', `/subscriptions/${id}/secret`, undefined, key);
  await until('the dispatcher has given up once', async () => (await logs()).includes('event.failed'));
  stacks.wire.table.reset();
  await untilAtRest(sqs);
}

/** As somebody could have written it: in another encoding, escaped, or the bytes that it stands for. */
function spellingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return [
    secret,
    secret.replace(/^(whsec_|Bearer )/, ''),
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    bytes.toString('hex'),
    ...(secret.startsWith('whsec_') ? [key.toString('hex'), key.toString('base64url')] : []),
    // Without the last letters, which depend on what follows.
    bytes.toString('base64').slice(0, -4),
  ];
}

function findIn(text: string, wanted: Readonly<Record<string, string>>): string[] {
  return Object.entries(wanted)
    .filter(([, secret]) => spellingsOf(secret).some((spelling) => text.includes(spelling)))
    .map(([name]) => name);
}

async function logs(): Promise<string> {
  const files = await readdir(stacks.logFolder);
  return (await Promise.all(files.map((file) => readFile(join(stacks.logFolder, file), 'utf8')))).join('\n');
}

/** All items, those of events with what is compressed in them. */
async function tableItems(): Promise<Record<string, unknown>[]> {
  const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.tableName }));
  return Promise.all(
    Items.map(async ({ content, ...item }) =>
      content ? { ...item, ...unpackContent(content as Uint8Array) } : item,
    ),
  );
}

function isEvent({ pk }: Record<string, unknown>): boolean {
  return /^A#[^#]+#E#/.test(String(pk));
}

function textOf(item: Record<string, unknown>): string {
  const { body = '', ...rest } = item;
  return JSON.stringify(rest) + String(body);
}

test('the journeys went through what they were to go through', async () => {
  const text = await logs();

  expect(text).toContain('"delivery.attempted"');
  expect(text).toContain('"event.rejected"');
  for (const fault of ['event.failed', 'request.failed'])
    expect(text).toContain(`"level":"ERROR","message":"${fault}"`);
  expect(errorBodies.length).toBeGreaterThanOrEqual(6);
  expect((await tableItems()).length).toBeGreaterThan(10);
  expect(Object.keys(await peekAll(sqs)).length).toBeGreaterThan(2);
  expect(Object.values(secrets).every((secret) => secret.length > 10)).toBe(true);
});

test('the search finds what is there: the receiver got the headers and the payload', () => {
  const received = JSON.stringify(receiver.callbacks);

  expect(findIn(received, { headerValue, payload, second: 'PLANTEDSECOND5531' })).toEqual([
    'headerValue',
    'payload',
    'second',
  ]);
});

test('no log holds a secret, a payload or the path of a hook', async () => {
  expect(findIn(await logs(), { ...secrets, payload, hookPath })).toEqual([]);
});

test('no item of the table holds a secret', async () => {
  const items = await tableItems();

  expect(items.flatMap((item) => findIn(textOf(item), secrets))).toEqual([]);
  // What a receiver echoed was kept, with its values masked.
  expect(items.map(textOf).join('\n')).toContain('********');
});

test('no item of the table but an event’s holds a payload, and no event’s the path of a hook', async () => {
  const [events, others] = [
    (await tableItems()).filter(isEvent),
    (await tableItems()).filter((item) => !isEvent(item)),
  ];

  expect(events.flatMap((item) => findIn(textOf(item), { payload })).length).toBeGreaterThan(0);
  expect(others.flatMap((item) => findIn(textOf(item), { payload }))).toEqual([]);
  expect(events.flatMap((item) => findIn(textOf(item), { hookPath }))).toEqual([]);
});

test('no message that waits for a person holds a secret; payloads wait in the events alone that we cannot deliver', async () => {
  const held = await peekAll(sqs);
  const bodies = JSON.stringify(held);
  const { 'exhausted-deliveries': exhausted, ...others } = Object.fromEntries(
    Object.entries(held).map(([name, messages]) => [name.replace('iomnihub-webhooks-local-', ''), messages]),
  );

  expect(findIn(bodies, { ...secrets, hookPath })).toEqual([]);
  expect(exhausted?.length).toBeGreaterThan(0);
  expect(findIn(JSON.stringify(exhausted), { payload })).toEqual([]);
  const attributes = Object.values(others)
    .flat()
    .map((message) => message.attributes);
  expect(findIn(JSON.stringify(attributes), { payload })).toEqual([]);
});

test('no error says back what it was told', () => {
  expect(findIn(errorBodies.join('\n'), { ...secrets, payload, hookPath })).toEqual([]);
});

test('the outputs of a deployment hold no secret', async () => {
  const outputs = await readFile(stacks.outputsFile, 'utf8');

  expect(outputs).toContain('ApiUrl');
  expect(findIn(outputs, secrets)).toEqual([]);
});
