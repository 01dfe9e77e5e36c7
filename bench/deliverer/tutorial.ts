import { createHmac } from 'node:crypto';
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import middy from '@middy/core';
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import type { DeliveryMessage } from '../../core/deliveries/delivery.ts';

/**
 * A deliverer as tutorials build one: middy, the batch processor and the logger of Powertools, the subscription read
 * for each message, a signed `fetch`, and the attempt as an item. It guards nothing and retries by the queue only.
 */

const logger = new Logger({ serviceName: 'webhooks' });
const processor = new BatchProcessor(EventType.SQS);
const table = DynamoDBDocumentClient.from(new DynamoDBClient());
const TableName = process.env['TABLE_NAME'];

async function deliver({ body: text }: SQSRecord): Promise<void> {
  const { subscriptionId, eventId, body = '' } = JSON.parse(text) as DeliveryMessage;
  const { Item } = await table.send(
    new GetCommand({ TableName, Key: { pk: subscriptionId, sk: 'subscription' } }),
  );
  const { url, secret } = Item as { url: string; secret: string };
  logger.info('delivering', { subscriptionId, eventId });
  const startedAt = new Date();
  const timestamp = String(Math.floor(startedAt.getTime() / 1_000));
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${eventId}.${timestamp}.${body}`).digest('base64');
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': eventId,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    },
    body,
    signal: AbortSignal.timeout(15_000),
  });
  const attempt = { status: response.status, response: await response.text() };
  await table.send(
    new PutCommand({
      TableName,
      Item: { pk: `${subscriptionId}#${eventId}`, sk: startedAt.toISOString(), ...attempt },
    }),
  );
  logger.info('delivered', { subscriptionId, eventId, status: attempt.status });
  if (!response.ok) throw new Error(`the receiver answered ${response.status}`);
}

export const handler = middy((event: SQSEvent, context: Context) =>
  processPartialResponse(event, deliver, processor, { context }),
).use(injectLambdaContext(logger));
