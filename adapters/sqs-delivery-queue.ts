import { SendMessageBatchCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { splitIntoBatches } from '../core/batches.ts';
import type { DelayedMessage, DeliveryQueue, RefusedMessage } from '../core/ports.ts';

export interface DeliveryQueueUrls {
  readonly deliveryQueueUrl: string;
  readonly retryQueueUrl: string;
  readonly exhaustedQueueUrl: string;
}

/** SendMessageBatch takes 10 messages and 1 MiB in all; the margin is for attributes. */
const batchLimits = { maxCount: 10, maxBytes: 1_000_000 };

export function createDeliveryQueue(sqs: SQSClient, urls: DeliveryQueueUrls): DeliveryQueue {
  return {
    sendFirstAttempts: (messages) =>
      sendAll(
        sqs,
        urls.deliveryQueueUrl,
        messages.map((message) => ({ message, delaySeconds: 0 })),
      ),
    sendRetries: (retries) => sendAll(sqs, urls.retryQueueUrl, retries),
    ...createRetryQueue(sqs, urls.retryQueueUrl),

    async sendExhausted(message, reason) {
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: urls.exhaustedQueueUrl,
          MessageBody: JSON.stringify(message),
          MessageAttributes: { reason: { DataType: 'String', StringValue: reason } },
        }),
      );
    },
  };
}

/** For those who send single messages to the retry queue and nothing elsewhere. */
export function createRetryQueue(sqs: SQSClient, retryQueueUrl: string): Pick<DeliveryQueue, 'sendRetry'> {
  return {
    async sendRetry(message, delaySeconds) {
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: retryQueueUrl,
          MessageBody: JSON.stringify(message),
          DelaySeconds: delaySeconds,
          MessageGroupId: message.subscriptionId,
        }),
      );
    },
  };
}

async function sendAll(
  sqs: SQSClient,
  queueUrl: string,
  delayed: readonly DelayedMessage[],
): Promise<RefusedMessage[]> {
  const entries = delayed.map((one) => ({ ...one, text: JSON.stringify(one.message) }));
  const batches = splitIntoBatches(entries, ({ text }) => Buffer.byteLength(text), batchLimits);
  const refused = await Promise.all(batches.map((batch) => sendBatch(sqs, queueUrl, batch)));
  return refused.flat();
}

async function sendBatch(
  sqs: SQSClient,
  queueUrl: string,
  batch: readonly (DelayedMessage & { readonly text: string })[],
): Promise<RefusedMessage[]> {
  try {
    const { Failed = [] } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: batch.map(({ message, text, delaySeconds }, index) => ({
          Id: String(index),
          MessageBody: text,
          DelaySeconds: delaySeconds,
          // Fair queues: one subscription's backlog does not hold up the others'.
          MessageGroupId: message.subscriptionId,
        })),
      }),
    );
    return Failed.flatMap(({ Id, Code }) => {
      const message = batch[Number(Id)]?.message;
      return message ? [{ message, cause: Code }] : [];
    });
  } catch (cause) {
    return batch.map(({ message }) => ({ message, cause }));
  }
}
