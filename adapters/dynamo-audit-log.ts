import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { type AuditEntry, auditRetentionDays } from '../core/accounts/audit.ts';
import type { AuditLog } from '../core/accounts/audit-log.ts';
import type { DynamoTable } from './dynamo-client.ts';
import { readFilledPage } from './dynamo-filled-page.ts';
import { auditKey } from './dynamo-keys.ts';

export function createAuditLog({ client, tableName }: DynamoTable): AuditLog {
  return {
    async recordAudit(entry) {
      const expiresAt = Math.ceil(new Date(entry.at).getTime() / 1_000) + auditRetentionDays * 86_400;
      const key = auditKey(entry.accountId, entry.at, `${entry.requestId}#${entry.action}`);
      await client.send(new PutCommand({ TableName: tableName, Item: { ...key, entry, expiresAt } }));
    },

    async listAudit(accountId, { subscriptionId }, limit, after) {
      const { pk } = auditKey(accountId, '', '');
      const { rows, next } = await readFilledPage(
        client,
        {
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: {
            ':pk': pk,
            ...(subscriptionId ? { ':subscription': subscriptionId } : {}),
          },
          ...(subscriptionId ? { FilterExpression: 'entry.subscriptionId = :subscription' } : {}),
        },
        { limit, after, positionOf: ({ sk }) => sk as string, startKeyOf: (sk) => ({ pk, sk }) },
      );
      return { entries: rows.map((row) => row['entry'] as AuditEntry), next };
    },
  };
}
