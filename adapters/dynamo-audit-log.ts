import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type AuditEntry, auditRetentionDays } from '../core/accounts/audit.ts';
import type { AuditLog } from '../core/accounts/audit-log.ts';
import type { DynamoTable } from './dynamo-client.ts';
import { auditKey } from './dynamo-keys.ts';

export function createAuditLog({ client, tableName }: DynamoTable): AuditLog {
  return {
    async recordAudit(entry) {
      const expiresAt = Math.ceil(new Date(entry.at).getTime() / 1_000) + auditRetentionDays * 86_400;
      const key = auditKey(entry.accountId, entry.at, `${entry.requestId}#${entry.action}`);
      await client.send(new PutCommand({ TableName: tableName, Item: { ...key, entry, expiresAt } }));
    },

    async listAudit(accountId, limit, after) {
      const { pk } = auditKey(accountId, '', '');
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': pk },
          ScanIndexForward: false,
          Limit: limit,
          ...(after ? { ExclusiveStartKey: { pk, sk: after } } : {}),
        }),
      );
      return {
        entries: Items.map((item) => item['entry'] as AuditEntry),
        next: LastEvaluatedKey?.['sk'] as string | undefined,
      };
    },
  };
}
