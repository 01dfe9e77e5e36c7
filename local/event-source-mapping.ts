import { setTimeout } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { region } from './intrinsics.ts';
import type { LambdaFunction } from './lambda-function.ts';

export interface EventSourceMapping {
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly batchSize: number;
  /**
   * `ReportBatchItemFailures`: the handler reports which messages failed. Without it, one failure fails the batch.
   */
  readonly reportsFailures: boolean;
  /** `ScalingConfig.MaximumConcurrency`: how many batches may be processed at a time. */
  readonly maxConcurrency: number | undefined;
  readonly target: LambdaFunction;
}

/**
 * AWS starts with five concurrent batches per mapping.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
export const maxBatchesInFlight = 5;

/** Passes a queue's messages to a function and deletes those that it processed. The others become visible again. */
export function startPolling(
  mapping: EventSourceMapping,
  sqs: SQSClient,
  onFault: (fault: unknown) => void,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const inFlight = new Set<Promise<void>>();

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      if (inFlight.size >= Math.min(mapping.maxConcurrency ?? maxBatchesInFlight, maxBatchesInFlight)) {
        await Promise.race(inFlight);
        continue;
      }
      // AWS' pollers wait too: a batch that has been received and waits for its function could become visible again.
      if (!mapping.target.hasRoom()) {
        await setTimeout(20);
        continue;
      }
      const messages = await receive();
      if (messages.length === 0) continue;
      const batch = runBatch(messages).finally(() => inFlight.delete(batch));
      inFlight.add(batch);
    }
  }

  async function receive(): Promise<Message[]> {
    try {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: mapping.queueUrl,
          MaxNumberOfMessages: mapping.batchSize,
          WaitTimeSeconds: 20,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
        { abortSignal: stopping.signal },
      );
      return Messages;
    } catch (error) {
      if (!stopping.signal.aborted) {
        onFault(new Error(`${mapping.queueUrl}: ${String(error)}`));
        await setTimeout(1_000);
      }
      return [];
    }
  }

  async function runBatch(messages: readonly Message[]): Promise<void> {
    try {
      const response = await mapping.target.invoke({
        Records: messages.map((message) => toRecord(message, mapping)),
      });
      const failed = mapping.reportsFailures ? failuresOf(response, messages) : new Set<string>();
      await remove(messages.filter(({ MessageId }) => !failed.has(MessageId ?? '')));
    } catch (error) {
      if (!stopping.signal.aborted) onFault(error);
    }
  }

  async function remove(messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return;
    const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    const { Failed = [] } = await sqs.send(
      new DeleteMessageBatchCommand({ QueueUrl: mapping.queueUrl, Entries }),
    );
    if (Failed.length > 0) {
      throw new Error(`messages come again: ${Failed.map(({ Code }) => Code).join(', ')}`);
    }
  }

  const polling = poll();
  return {
    async stop() {
      stopping.abort();
      await polling;
    },
  };
}

/**
 * By AWS' rules, the whole batch fails if the answer has another form or names a message that was not in the batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
function failuresOf(response: unknown, messages: readonly Message[]): Set<string> {
  const { batchItemFailures } = (response ?? {}) as {
    batchItemFailures?: { itemIdentifier?: string }[] | null;
  };
  const failed = new Set((batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier ?? ''));
  const known = new Set(messages.map(({ MessageId }) => MessageId));
  for (const id of failed)
    if (!known.has(id)) throw new Error(`batchItemFailures names an unknown message: ${id}`);
  return failed;
}

function toRecord(message: Message, { queueArn }: EventSourceMapping) {
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes,
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, { DataType, StringValue }]) => [
        name,
        { dataType: DataType, stringValue: StringValue, stringListValues: [], binaryListValues: [] },
      ]),
    ),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  };
}
