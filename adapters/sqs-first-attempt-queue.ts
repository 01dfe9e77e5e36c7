import type { SQSClient } from '@aws-sdk/client-sqs';
import type { FirstAttemptQueue } from '../core/deliveries/delivery-queues.ts';
import { sendInBatches } from './sqs-send-batches.ts';

/**
 * `once` must not repeat a request: if an answer is lost, both copies of a message would look like the first. A message that
 * is marked `recheck` claims its delivery before the call, so it may be sent repeatedly.
 */
export function createFirstAttemptQueue(
  once: SQSClient,
  queueUrl: string,
  repeatedly: SQSClient = once,
): FirstAttemptQueue {
  return {
    async sendFirstAttempts(messages) {
      const delayed = messages.map((message) => ({ message, delaySeconds: 0 }));
      const refused = await Promise.all([
        sendInBatches(
          once,
          queueUrl,
          delayed.filter(({ message }) => !message.recheck),
        ),
        sendInBatches(
          repeatedly,
          queueUrl,
          delayed.filter(({ message }) => message.recheck),
        ),
      ]);
      return refused.flat();
    },
  };
}
