import type { SQSClient } from '@aws-sdk/client-sqs';
import type { FirstAttemptQueue } from '../core/deliveries/delivery-queues.ts';
import { sendInBatches } from './sqs-send-batches.ts';

export function createFirstAttemptQueue(sqs: SQSClient, queueUrl: string): FirstAttemptQueue {
  return {
    sendFirstAttempts: (messages) =>
      sendInBatches(
        sqs,
        queueUrl,
        messages.map((message) => ({ message, delaySeconds: 0 })),
      ),
  };
}
