import { randomBytes } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { type AwsConnections, openConnections } from '../adapters/aws-connections.ts';
import { connectTable } from '../adapters/dynamo-client.ts';
import { createSubscriptionStore } from '../adapters/dynamo-subscription-store.ts';
import { createSecretCipher } from '../adapters/kms-secret-cipher.ts';
import { formatSecret } from '../core/deliveries/signature.ts';
import { contextOf } from '../core/subscriptions/sealing.ts';
import type { Subscription } from '../core/subscriptions/subscription.ts';
import { region } from '../local/intrinsics.ts';
import { operatorCredentials } from '../local/sigv4.ts';
import type { StubAws } from './stub-aws.ts';

export interface Account {
  readonly accountId: string;
  readonly subscriptions: number;
  /** How many of them take the events of the bench. The others take events of another type. */
  readonly taking: number;
  readonly url: string;
}

/** Stores the subscriptions of an account, as the API would. Returns them. */
export async function storeAccount(
  stub: StubAws,
  tableName: string,
  { accountId, subscriptions, taking, url }: Account,
): Promise<readonly Subscription[]> {
  const connections = connectionsTo(stub.urls.dynamoUrl);
  const store = createSubscriptionStore(connectTable(tableName, 30, connections));
  const cipher = createSecretCipher(connections.connect(KMSClient), 'key');
  const createdAt = new Date().toISOString();
  const stored: Subscription[] = [];
  await stub.seed(async () => {
    for (let index = 0; index < subscriptions; index += 1) {
      const id = `sub_${accountId}_${index}`;
      const sealed = await cipher.seal(formatSecret(randomBytes(32)), contextOf({ accountId, id }));
      const subscription: Subscription = {
        accountId,
        id,
        url,
        eventTypes: [index < taking ? 'ticket.created' : 'customer.created'],
        description: '',
        status: 'enabled',
        secrets: [{ sealed, createdAt }],
        receiver: { provenAt: createdAt, provenAddresses: ['127.0.0.1'] },
        version: 1,
        createdAt,
        updatedAt: createdAt,
      };
      await store.createSubscription(subscription);
      stored.push(subscription);
    }
  });
  return stored;
}

/** Connections of this process to the stub. */
function connectionsTo(endpoint: string): AwsConnections {
  const connections = openConnections();
  return {
    connect: (client, config = {}) =>
      connections.connect(client, { ...config, endpoint, region, credentials: operatorCredentials }),
  };
}
