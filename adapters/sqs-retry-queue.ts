import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { RetryQueue } from '../core/deliveries/delivery-queues.ts';
import { sendInBatches } from './sqs-send-batches.ts';

export function createRetryQueue(sqs: SQSClient, queueUrl: string): RetryQueue {
  return {
    sendRetries: (retries) => sendInBatches(sqs, queueUrl, retries),

    async sendRetry(message, delaySeconds) {
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: JSON.stringify(message),
          DelaySeconds: delaySeconds,
          MessageGroupId: message.accountId,
        }),
      );
    },
  };
}
