import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { ExhaustedQueue } from '../core/deliveries/delivery-queues.ts';

export function createExhaustedQueue(sqs: SQSClient, queueUrl: string): ExhaustedQueue {
  return {
    async sendExhausted(message, reason) {
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: JSON.stringify(message),
          MessageAttributes: { reason: { DataType: 'String', StringValue: reason } },
        }),
      );
    },
  };
}
