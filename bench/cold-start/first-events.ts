import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { formatCredential } from '../../core/accounts/credential.ts';
import type { DeliveryMessage } from '../../core/deliveries/delivery.ts';
import { exampleEvent } from '../../core/events/example-event.ts';
import { storeAccount } from '../accounts.ts';
import { publishedEvent, queueRecord } from '../messages.ts';
import type { StubAws } from '../stub-aws.ts';

export const functionNames = ['Dispatcher', 'Deliverer', 'Sweeper', 'Authorizer', 'Api'] as const;
export type FunctionName = (typeof functionNames)[number];

export interface FirstEvents {
  readonly events: Readonly<Record<FunctionName, unknown>>;
  close(): Promise<void>;
}

/** What each function handles first, with the account, the subscription and the receiver that it needs for that. */
export async function prepareFirstEvents(stub: StubAws, tableName: string): Promise<FirstEvents> {
  const receiver = createServer((request, response) =>
    request.resume().once('end', () => response.end('ok')),
  );
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  const accountId = 'acc_first';
  const [subscription] = await storeAccount(stub, tableName, { accountId, subscriptions: 1, taking: 1, url });
  const key = formatCredential('api-key', '0'.repeat(24), 's'.repeat(43));
  const at = new Date().toISOString();
  const { body } = exampleEvent('ticket.created', { id: 'evt_first', accountId, at });
  const delivery: DeliveryMessage = {
    accountId,
    subscriptionId: subscription?.id ?? '',
    eventId: 'evt_first',
    eventType: 'ticket.created',
    acceptedAt: at,
    version: 0,
    recheck: false,
    body,
  };
  return {
    events: {
      Dispatcher: { Records: [queueRecord(publishedEvent(accountId, 'evt_first'))] },
      Deliverer: { Records: [queueRecord(JSON.stringify(delivery))] },
      Sweeper: {},
      Authorizer: { headers: { authorization: `Bearer ${key}` } },
      Api: apiRequest(accountId),
    },
    async close() {
      receiver.closeAllConnections();
      await new Promise((resolve) => receiver.close(resolve));
    },
  };
}

/** An account lists its subscriptions. */
function apiRequest(accountId: string): object {
  return {
    version: '2.0',
    routeKey: 'GET /subscriptions',
    rawPath: '/subscriptions',
    rawQueryString: '',
    headers: { host: 'api.example.com' },
    requestContext: {
      requestId: 'first',
      domainName: 'api.example.com',
      stage: '$default',
      http: { method: 'GET', path: '/subscriptions', sourceIp: '203.0.113.1' },
      authorizer: {
        lambda: { accountId, capabilities: ['view'], credentialKind: 'api-key', credentialId: 'key_first' },
      },
    },
    isBase64Encoded: false,
  };
}
