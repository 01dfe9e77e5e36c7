import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { maxHostsPerMinute, type NamedHosts } from '../core/receivers/named-hosts.ts';
import { type DynamoTable, ifHolds } from './dynamo-client.ts';
import { namedHostsKey } from './dynamo-keys.ts';

const keptForSeconds = 3_600;

/** One item for each account and minute: the set of the hosts that it named. */
export function createNamedHosts({ client, tableName }: DynamoTable): NamedHosts {
  return {
    nameHost: (accountId, host, now) =>
      ifHolds(
        client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: namedHostsKey(accountId, now.toISOString()),
            UpdateExpression: 'ADD hosts :hosts SET expiresAt = :expiry',
            ConditionExpression:
              'attribute_not_exists(hosts) OR size(hosts) < :max OR contains(hosts, :host)',
            ExpressionAttributeValues: {
              ':hosts': new Set([host]),
              ':host': host,
              ':max': maxHostsPerMinute,
              ':expiry': Math.ceil(now.getTime() / 1_000) + keptForSeconds,
            },
          }),
        ),
      ),
  };
}
