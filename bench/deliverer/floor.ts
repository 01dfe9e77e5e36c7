import { createHmac, createSecretKey } from 'node:crypto';
import type { SQSEvent } from 'aws-lambda';
import { Agent } from 'undici';
import type { DeliveryMessage } from '../../core/deliveries/delivery.ts';
import type { Subscriber } from './subscribers.ts';

/** The least that can be done: parse, sign and post. Nothing is checked, recorded or logged. */

const receivers = new Map(
  (JSON.parse(process.env['SUBSCRIBERS'] ?? '[]') as Subscriber[]).map(({ id, url, secret }) => {
    const { origin, pathname } = new URL(url);
    const key = createSecretKey(secret.slice('whsec_'.length), 'base64');
    return [id, { origin, path: pathname, key }];
  }),
);
const agent = new Agent({ connections: 10, pipelining: 1 });

export async function handler({ Records }: SQSEvent): Promise<void> {
  await Promise.all(
    Records.map(async ({ body: text }) => {
      const { subscriptionId, eventId, body = '' } = JSON.parse(text) as DeliveryMessage;
      const receiver = receivers.get(subscriptionId);
      if (!receiver) throw new Error(`there is no subscription ${subscriptionId}`);
      const timestamp = String(Math.floor(Date.now() / 1_000));
      const signed = `${eventId}.${timestamp}.${body}`;
      const response = await agent.request({
        origin: receiver.origin,
        path: receiver.path,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': eventId,
          'webhook-timestamp': timestamp,
          'webhook-signature': `v1,${createHmac('sha256', receiver.key).update(signed).digest('base64')}`,
        },
        body,
      });
      await response.body.dump();
    }),
  );
}
