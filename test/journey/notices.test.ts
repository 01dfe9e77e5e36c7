import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { eventTypes } from '../../core/events/event-catalog.ts';
import { type CallApi, connectApi } from '../../local/api-client.ts';
import { operatorCredentials } from '../../local/sigv4.ts';
import { uniqueId } from '../support/builders.ts';
import { type LocalRun, startLocalRun } from '../support/local-run.ts';
import { type Receiver, startReceiver, verifyCallback } from '../support/receiver.ts';
import { until } from '../support/until.ts';

jest.setTimeout(600_000);

interface Notice {
  readonly type: string;
  readonly data: { readonly subscription: { readonly id: string } };
}

let run: LocalRun;
let owner: CallApi;
let receiver: Receiver;

beforeAll(async () => {
  run = await startLocalRun();
  await run.printed('Ctrl-C stops everything');
  const { apiUrl } = await run.outputs();
  const backend = connectApi(apiUrl, operatorCredentials);
  const { key } = await backend('POST', `/accounts/${uniqueId('acc_notices')}/api-keys`, {});
  owner = connectApi(apiUrl, { apiKey: String(key) });
  receiver = await startReceiver();
});

afterAll(async () => {
  await receiver.close();
  await run.stop();
});

test('who subscribes to webhook.* hears of what the owner does to another subscription, signed', async () => {
  const { url } = receiver;
  const watching = await owner('POST', '/subscriptions', { url, eventTypes: ['webhook.*'] });
  const watched = await owner('POST', '/subscriptions', {
    url: `${url}/watched`,
    eventTypes: [eventTypes[0]],
  });
  const path = `/subscriptions/${String(watched['id'])}`;

  await owner('POST', `${path}/pause`, {});
  await owner('POST', `${path}/resume`, {});
  await owner('PATCH', path, { description: 'new' });
  await owner('PATCH', path, { status: 'disabled' });

  const types = ['paused', 'resumed', 'changed', 'disabled'].map((name) => `webhook.subscription.${name}`);
  await until('all notices', () => receiver.callbacks.length >= types.length);
  const bodies = receiver.callbacks.map(
    (callback) => verifyCallback(callback, String(watching['secret'])) as Notice,
  );
  expect(new Set(bodies.map(({ type }) => type))).toEqual(new Set(types));
  for (const { data } of bodies) expect(data.subscription.id).toBe(watched['id']);
});
