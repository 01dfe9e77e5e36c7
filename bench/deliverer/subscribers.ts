import { randomBytes } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { type AwsConnections, openConnections } from '../../adapters/aws-connections.ts';
import { connectTable } from '../../adapters/dynamo-client.ts';
import { createSubscriptionStore } from '../../adapters/dynamo-subscription-store.ts';
import { createSecretCipher } from '../../adapters/kms-secret-cipher.ts';
import { formatSecret } from '../../core/deliveries/signature.ts';
import { contextOf } from '../../core/subscriptions/sealing.ts';
import { region } from '../../local/intrinsics.ts';
import { operatorCredentials } from '../../local/sigv4.ts';
import type { StubAws } from '../stub-aws.ts';

/** A subscription as every build gets it: ours from its table, the others in their own ways. */
export interface Subscriber {
  readonly accountId: string;
  readonly id: string;
  readonly url: string;
  /** `whsec_` and base64. */
  readonly secret: string;
}

/** Each of an account of its own. */
export function makeSubscribers(urls: readonly string[]): Subscriber[] {
  return urls.map((url, index) => ({
    accountId: `acc_bench_${index}`,
    id: `sub_bench_${index}`,
    url,
    secret: formatSecret(randomBytes(32)),
  }));
}

/** Puts the subscriptions where our deliverer and the tutorial's look for them. */
export async function storeSubscribers(
  subscribers: readonly Subscriber[],
  tableName: string,
  stub: StubAws,
): Promise<void> {
  const connections = connectionsTo(stub.urls.dynamoUrl);
  const table = connectTable(tableName, 30, connections);
  const store = createSubscriptionStore(table);
  const cipher = createSecretCipher(connections.connect(KMSClient), 'key');
  const createdAt = new Date().toISOString();
  await stub.seed(async () => {
    for (const { accountId, id, url, secret } of subscribers) {
      await store.createSubscription({
        accountId,
        id,
        url,
        eventTypes: ['ticket.created'],
        description: '',
        status: 'enabled',
        secrets: [{ sealed: await cipher.seal(secret, contextOf({ accountId, id })), createdAt }],
        receiver: { provenAt: createdAt, provenAddresses: ['127.0.0.1'] },
        version: 1,
        createdAt,
        updatedAt: createdAt,
      });
      await table.client.send(
        new PutCommand({ TableName: tableName, Item: { pk: id, sk: 'subscription', url, secret } }),
      );
    }
  });
}

/** Connections of this process to the stub. */
export function connectionsTo(endpoint: string): AwsConnections {
  const connections = openConnections();
  return {
    connect: (client, config = {}) =>
      connections.connect(client, { ...config, endpoint, region, credentials: operatorCredentials }),
  };
}
