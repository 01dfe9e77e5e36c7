import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { splitIntoBatches } from '../core/batches.ts';
import type { DelayedMessage, RefusedMessage } from '../core/deliveries/delivery-queues.ts';

/** SendMessageBatch takes 10 messages and 1 MiB in all. The margin is for attributes. */
const batchLimits = { maxCount: 10, maxBytes: 1_000_000 };

/** Sends messages ten at a time. Returns the refused messages and never rejects. */
export async function sendInBatches(
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
    const { Successful = [], Failed = [] } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: batch.map(({ message, text, delaySeconds }, index) => ({
          Id: String(index),
          MessageBody: text,
          DelaySeconds: delaySeconds,
          // Fair queues: one account's backlog does not hold up the others, however many subscriptions it has.
          MessageGroupId: message.accountId,
        })),
      }),
    );
    // Only what the answer names as taken was taken, whoever is at fault for the rest.
    const taken = new Set(Successful.map(({ Id }) => Id));
    const codes = new Map(Failed.map(({ Id, Code }) => [Id, Code]));
    return batch.flatMap(({ message }, index) => {
      const id = String(index);
      return taken.has(id) && !codes.has(id) ? [] : [{ message, cause: codes.get(id) ?? 'NoAnswer' }];
    });
  } catch (cause) {
    return batch.map(({ message }) => ({ message, cause }));
  }
}
