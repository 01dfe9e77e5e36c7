import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Receiver, startReceiver } from '../../../scripts/e2e/receiver.ts';
import { requireOnly } from '../../../scripts/e2e/subscriptions.ts';

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver('127.0.0.1', 0);
});
afterEach(() => receiver.close());

function call(path: string, body: string | Buffer, webhookId = 'evt_1'): Promise<Response> {
  return fetch(receiver.url + path, { method: 'POST', body, headers: { 'webhook-id': webhookId } });
}

describe('the receiver', () => {
  test('records callbacks of each path as they came, byte by byte', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0x7b]);
    await call('/a', bytes, 'evt_a');
    await call('/b', '{}', 'evt_b');

    const [callback, ...others] = receiver.callbacksAt('/a');
    expect(callback?.body.equals(bytes)).toBe(true);
    expect(callback?.headers['webhook-id']).toBe('evt_a');
    expect(others).toEqual([]);
    expect(receiver.callbacksAt('/c')).toEqual([]);
  });

  test('answers as it was told to, path by path, and with 200 otherwise', async () => {
    receiver.answerNext('/a', 500, 410);
    const statuses = [];
    for (const path of ['/a', '/b', '/a', '/a']) statuses.push((await call(path, '{}')).status);

    expect(statuses).toEqual([500, 200, 410, 200]);
  });

  test('consents when it is asked, and does not count that as a callback', async () => {
    const answer = await call('/a', '{"type":"webhook.verify","data":{"challenge":"c1"}}');

    expect(await answer.text()).toBe('c1');
    expect(receiver.callbacksAt('/a')).toEqual([]);
  });
});

test('a callback of an event that is not for the subscription is noticed', async () => {
  const subscription = { id: 'sub_1', path: '/a', secret: '', cacheMs: 0 };
  await call('/a', '{}', 'evt_1');
  await call('/b', '{}', 'evt_9');
  const events = [{ id: 'evt_1' }, { id: 'evt_2' }];

  expect(() => requireOnly(receiver, subscription, events)).not.toThrow();
  await call('/a', '{}', 'evt_9');
  expect(() => requireOnly(receiver, subscription, events)).toThrow('/a got the callback evt_9');
});
