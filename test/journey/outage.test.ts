import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { eventTypes } from '../../core/events/event-catalog.ts';
import { type CallApi, connectApi } from '../../local/api-client.ts';
import { operatorCredentials } from '../../local/sigv4.ts';
import { uniqueId } from '../support/builders.ts';
import { exampleData } from '../support/journey-data.ts';
import { type LocalRun, type Outputs, startLocalRun } from '../support/local-run.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

/** Receivers that take no calls for a while, in a local run with the sweeper as it is deployed: once a minute. */

jest.setTimeout(600_000);

const [type] = eventTypes;

let run: LocalRun;
let outputs: Outputs;
let eventBridge: EventBridgeClient;
let accountId: string;
let owner: CallApi;
const receivers: Receiver[] = [];

beforeAll(async () => {
  run = await startLocalRun();
  await run.printed('Ctrl-C stops everything');
  outputs = await run.outputs();
  eventBridge = new EventBridgeClient({
    endpoint: outputs.Local.EventsEndpoint,
    region: 'us-east-1',
    credentials: operatorCredentials,
  });
  accountId = uniqueId('acc_outage');
  const backend = connectApi(outputs.apiUrl, operatorCredentials);
  const { key } = await backend('POST', `/accounts/${accountId}/api-keys`, {});
  owner = connectApi(outputs.apiUrl, { apiKey: String(key) });
});

afterAll(async () => {
  await Promise.all(receivers.map((receiver) => receiver.close()));
  eventBridge.destroy();
  await run.stop();
});

async function subscribe() {
  const receiver = await startReceiver();
  receivers.push(receiver);
  const { id } = await owner('POST', '/subscriptions', { url: receiver.url, eventTypes: [type] });
  return { receiver, id: String(id) };
}

async function publish(): Promise<string> {
  const id = uniqueId('evt_outage');
  const detail = { id, accountId, occurredAt: new Date().toISOString(), data: exampleData(type) };
  const entry = {
    EventBusName: outputs.eventBusName,
    Source: 'iomnihub.helpdesk',
    DetailType: type,
    Detail: JSON.stringify(detail),
  };
  await eventBridge.send(new PutEventsCommand({ Entries: [entry] }));
  return id;
}

const calledFor = ({ callbacks }: Receiver) => callbacks.map(({ headers }) => String(headers['webhook-id']));

const parkedAt = (id: string, count: number) =>
  until(`${count} parked deliveries`, async () => {
    const { parked } = await owner('GET', `/subscriptions/${id}`);
    return (parked as { count: number }).count === count;
  });

test('a pause and a 410 lose nothing: all of it comes once the subscription goes on', async () => {
  const [pausing, gone] = [await subscribe(), await subscribe()];
  gone.receiver.respond((response) => void response.writeHead(410).end());
  const { effectiveAt } = await owner('POST', `/subscriptions/${pausing.id}/pause`, {});
  await until('the pause counts', () => Date.now() > Date.parse(String(effectiveAt)));

  const ids = [await publish()];
  await until('the 410', () => gone.receiver.callbacks.length === 1);
  await until('the subscription is disabled', async () => {
    const { disabledReason } = await owner('GET', `/subscriptions/${gone.id}`);
    return disabledReason === 'gone';
  });
  for (let count = 1; count < 4; count += 1) ids.push(await publish());
  await Promise.all([parkedAt(pausing.id, 4), parkedAt(gone.id, 4)]);
  expect(pausing.receiver.callbacks).toHaveLength(0);

  await owner('POST', `/subscriptions/${pausing.id}/test`, {});
  await until('the test', () => pausing.receiver.callbacks.length === 1);
  expect(pausing.receiver.callbacks[0]?.headers['iomnihub-test']).toBe('true');

  gone.receiver.respond((response) => void response.writeHead(204).end());
  await owner('POST', `/subscriptions/${pausing.id}/resume`, {});
  await owner('PATCH', `/subscriptions/${gone.id}`, { status: 'enabled' });

  await until('all deliveries', () =>
    [pausing, gone].every(({ receiver }) => ids.every((id) => calledFor(receiver).includes(id))),
  );
  expect(new Set(calledFor(pausing.receiver)).size).toBe(ids.length + 1);
});
