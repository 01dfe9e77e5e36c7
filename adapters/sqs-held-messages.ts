import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { isOfOtherSource } from '../core/events/event-source.ts';

/** A message that waits for a person, and why. */
export interface HeldMessage {
  /** The id that SQS gave it. */
  readonly messageId: string;
  readonly body: string;
  /**
   * The reason that we or EventBridge gave. `gave-up`: SQS moved the message after too many receives. `unknown-type`:
   * a rule sent it here because no other rule matched.
   */
  readonly reason: string;
  /** The message's own attributes, such as `explanation` or EventBridge's `RULE_ARN`. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly sentAt: Date;
  /** How often it was received, this time included. */
  readonly receiveCount: number;
  readonly receiptHandle: string;
}

/** What a received message is given back or removed by. */
export type Receipt = Pick<HeldMessage, 'messageId' | 'receiptHandle'>;

/** A message that could not be given back: it stays hidden from others, for as long as its receiver asked for. */
export interface UnreleasedMessage {
  readonly messageId: string;
  readonly cause: unknown;
}

/** What a queue says of itself. SQS counts approximately. */
export interface QueueCount {
  readonly visible: number;
  /** Received by somebody, and hidden from others. */
  readonly hidden: number;
}

/** Queue names are those that operators use, without the prefix of the stage. */
export interface HeldMessages {
  listQueues(): Promise<string[]>;
  countMessages(queueName: string): Promise<QueueCount>;
  /**
   * Receives up to ten messages and hides them from others for `hideSeconds`. Returns none if the queue seems
   * empty.
   */
  receive(queueName: string, hideSeconds: number): Promise<readonly HeldMessage[]>;
  /** Shows up to ten messages to others again. Returns those that stay hidden because of a fault. Never rejects. */
  release(queueName: string, receipts: readonly Receipt[]): Promise<readonly UnreleasedMessage[]>;
  remove(queueName: string, receipt: Receipt): Promise<void>;
  /** `group` is the account, which shares a fair queue with others. */
  send(queueName: string, body: string, group: string): Promise<void>;
}

/** Codes by which SQS says that a receipt counts no more: the message is visible, gone, or another has received it. */
const receiptIsOver = /(MessageNotInflight|ReceiptHandleIsInvalid|InvalidParameterValue)$/;

export function createHeldMessages(sqs: SQSClient, prefix: string): HeldMessages {
  const urls = new Map<string, string>();

  async function urlOf(queueName: string): Promise<string> {
    const known = urls.get(queueName);
    if (known) return known;
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: prefix + queueName }));
    if (!QueueUrl) throw new Error(`${prefix}${queueName} has no URL`);
    urls.set(queueName, QueueUrl);
    return QueueUrl;
  }

  return {
    async listQueues() {
      const { QueueUrls = [] } = await sqs.send(
        new ListQueuesCommand({ QueueNamePrefix: prefix, MaxResults: 1_000 }),
      );
      return QueueUrls.map((url) => url.slice(url.lastIndexOf('/') + 1 + prefix.length)).sort();
    },

    async countMessages(queueName) {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: await urlOf(queueName),
          AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        }),
      );
      return {
        visible: Number(Attributes.ApproximateNumberOfMessages ?? 0),
        hidden: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
      };
    },

    async receive(queueName, hideSeconds) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: await urlOf(queueName),
          MaxNumberOfMessages: 10,
          VisibilityTimeout: hideSeconds,
          // Long polling asks all of SQS' servers. Without it, an answer may be empty although there are messages.
          WaitTimeSeconds: 2,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
        }),
      );
      return Messages.map((message) => toHeldMessage(queueName, message));
    },

    async release(queueName, receipts) {
      try {
        const { Successful = [], Failed = [] } = await sqs.send(
          new ChangeMessageVisibilityBatchCommand({
            QueueUrl: await urlOf(queueName),
            Entries: receipts.map(({ receiptHandle }, index) => ({
              Id: String(index),
              ReceiptHandle: receiptHandle,
              VisibilityTimeout: 0,
            })),
          }),
        );
        const over = Failed.filter(({ Code = '' }) => receiptIsOver.test(Code));
        const released = new Set([...Successful, ...over].map(({ Id }) => Id));
        const codes = new Map(Failed.map(({ Id, Code }) => [Id, Code]));
        return receipts.flatMap(({ messageId }, index) => {
          const id = String(index);
          return released.has(id) ? [] : [{ messageId, cause: codes.get(id) ?? 'NoAnswer' }];
        });
      } catch (cause) {
        return receipts.map(({ messageId }) => ({ messageId, cause }));
      }
    },

    async remove(queueName, { receiptHandle }) {
      await sqs.send(
        new DeleteMessageCommand({ QueueUrl: await urlOf(queueName), ReceiptHandle: receiptHandle }),
      );
    },

    async send(queueName, body, group) {
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: await urlOf(queueName),
          MessageBody: body,
          MessageGroupId: group,
        }),
      );
    },
  };
}

function toHeldMessage(
  queueName: string,
  { MessageId = '', Body = '', ReceiptHandle = '', Attributes = {}, MessageAttributes = {} }: Message,
): HeldMessage {
  const attributes = Object.fromEntries(
    Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [name, StringValue]),
  );
  return {
    messageId: MessageId,
    body: Body,
    reason:
      attributes['reason'] ??
      attributes['ERROR_CODE'] ??
      (queueName === 'unrouted' ? whyUnrouted(Body) : 'gave-up'),
    attributes,
    sentAt: new Date(Number(Attributes.SentTimestamp)),
    receiveCount: Number(Attributes.ApproximateReceiveCount ?? 0),
    receiptHandle: ReceiptHandle,
  };
}

/** Two rules lead to `unrouted`, and neither says so in its messages. */
function whyUnrouted(body: string): string {
  return isOfOtherSource(body) ? 'unknown-source' : 'unknown-type';
}
