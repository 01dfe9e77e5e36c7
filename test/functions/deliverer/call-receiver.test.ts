import { expect, test } from '@jest/globals';
import type { CallbackSender } from '../../../core/receivers/callback-sender.ts';
import { createReceiverCall } from '../../../functions/deliverer/call-receiver.ts';
import { deliveryMessage } from '../../support/builders.ts';
import type { Deployment } from '../../support/deployment.ts';
import { type Receiver, verifyCallback } from '../../support/receiver.ts';
import { prepareDeployment } from '../../support/suite.ts';

let deployment: Deployment;
let receiver: Receiver;
const work = { message: deliveryMessage(), claimed: undefined };
const body = { text: '{}', isTest: false };
prepareDeployment(async (suite) => {
  ({ deployment, receiver } = suite);
});

test.each([0, 999, 1_000, 400_000])(
  'a call that is made %i ms after it was prepared is signed for the time at which it is made',
  async (ms) => {
    const { subscription, secret } = await deployment.subscribe({ url: receiver.url });
    const { cipher, sender, clock } = deployment;
    const startedAt = clock.now().getTime();
    let nowMs = startedAt - ms;
    const now = () => new Date(nowMs);
    const prepareCall = createReceiverCall({ cipher, sender, userAgent: 'test', now });

    const call = await prepareCall(subscription, { work, body, timeoutMs: 5_000 });
    nowMs = startedAt;
    const attempt = await call();

    const [callback] = receiver.callbacks;
    expect(attempt.startedAt).toBe(new Date(startedAt).toISOString());
    expect(callback?.headers['webhook-timestamp']).toBe(String(Math.floor(startedAt / 1_000)));
    expect(callback && verifyCallback(callback, secret)).toEqual({});
  },
);

test('no two subscriptions share a connection, though their URL is the same, and one keeps its own when it moves', async () => {
  const keyOf = async (accountId: string, id: string, url: string) => {
    const { subscription } = await deployment.subscribe({ accountId, id, url });
    let key: string | undefined;
    const sender: CallbackSender = {
      async send({ connectionKey }) {
        key = connectionKey;
        return { kind: 'success', status: 204, durationMs: 1 };
      },
    };
    const prepareCall = createReceiverCall({
      cipher: deployment.cipher,
      sender,
      userAgent: 'test',
      now: deployment.clock.now,
    });
    const call = await prepareCall(subscription, { work, body, timeoutMs: 5_000 });
    await call();
    return key;
  };
  const [one, same, otherId, otherAccount] = [
    await keyOf('acc_1', 'sub_1', 'https://crm.example.com/'),
    await keyOf('acc_1', 'sub_1', 'https://moved.example.com/'),
    await keyOf('acc_1', 'sub_2', 'https://crm.example.com/'),
    await keyOf('acc_2', 'sub_1', 'https://crm.example.com/'),
  ];

  expect(same).toBe(one);
  expect(new Set([one, otherId, otherAccount]).size).toBe(3);
});
