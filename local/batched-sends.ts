import {
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { splitIntoBatches } from '../core/batches.ts';

type Message = Omit<SendMessageBatchRequestEntry, 'Id'> & { readonly MessageBody: string };

export type SendMessage = (queueUrl: string, message: Message) => Promise<void>;

interface Pending {
  readonly message: Message;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const limits = { maxCount: 10, maxBytes: 1024 * 1024 };

/**
 * Messages for one queue that are given within one turn of the event loop go by one call, because a call of the SDK costs
 * more than anything else on an event's way to its queue. Each promise tells of its own message.
 */
export function createBatchedSends(sqs: SQSClient): SendMessage {
  const waiting = new Map<string, Pending[]>();

  function flush(queueUrl: string): void {
    const all = waiting.get(queueUrl) ?? [];
    waiting.delete(queueUrl);
    for (const batch of splitIntoBatches(all, bytesOf, limits)) void send(queueUrl, batch);
  }

  async function send(QueueUrl: string, batch: readonly Pending[]): Promise<void> {
    try {
      const Entries = batch.map(({ message }, index) => ({ ...message, Id: String(index) }));
      const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      for (const { Id, Code, Message } of Failed)
        batch[Number(Id)]?.reject(Object.assign(new Error(Message), { name: Code ?? 'Error' }));
      // Has no effect on those that have failed.
      for (const { resolve } of batch) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  return (queueUrl, message) =>
    new Promise((resolve, reject) => {
      const pending = waiting.get(queueUrl) ?? [];
      waiting.set(queueUrl, pending);
      pending.push({ message, resolve, reject });
      if (pending.length === 1) setImmediate(() => flush(queueUrl));
    });
}

function bytesOf({ message: { MessageBody } }: Pending): number {
  return Buffer.byteLength(MessageBody);
}
