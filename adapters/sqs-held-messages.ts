import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
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
  readonly body: string;
  /**
   * The reason that we or EventBridge gave. `gave-up`: SQS moved the message after too many receives. `unknown-type`:
   * a rule sent it here because no other rule matched.
   */
  readonly reason: string;
  readonly sentAt: Date;
  readonly receiptHandle: string;
}

/** Queue names are those that operators use, without the prefix of the stage. */
export interface HeldMessages {
  listQueues(): Promise<string[]>;
  /**
   * Receives up to ten messages and hides them from others for `hideSeconds`. Returns none if the queue seems
   * empty.
   */
  receive(queueName: string, hideSeconds: number): Promise<readonly HeldMessage[]>;
  release(queueName: string, message: HeldMessage): Promise<void>;
  remove(queueName: string, message: HeldMessage): Promise<void>;
  /** `group` is the account or subscription that shares a fair queue with others. */
  send(queueName: string, body: string, group: string): Promise<void>;
}

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

    async receive(queueName, hideSeconds) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: await urlOf(queueName),
          MaxNumberOfMessages: 10,
          VisibilityTimeout: hideSeconds,
          // Long polling asks all of SQS' servers. Without it, an answer may be empty although there are messages.
          WaitTimeSeconds: 2,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['SentTimestamp'],
        }),
      );
      return Messages.map((message) => toHeldMessage(queueName, message));
    },

    async release(queueName, { receiptHandle }) {
      const QueueUrl = await urlOf(queueName);
      await sqs.send(
        new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: 0 }),
      );
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
  { Body = '', ReceiptHandle = '', Attributes = {}, MessageAttributes = {} }: Message,
): HeldMessage {
  const { reason, ERROR_CODE: eventBridgeError } = MessageAttributes;
  return {
    body: Body,
    reason:
      reason?.StringValue ??
      eventBridgeError?.StringValue ??
      (queueName === 'unrouted' ? whyUnrouted(Body) : 'gave-up'),
    sentAt: new Date(Number(Attributes.SentTimestamp)),
    receiptHandle: ReceiptHandle,
  };
}

/** Two rules lead to `unrouted`, and neither says so in its messages. */
function whyUnrouted(body: string): string {
  return isOfOtherSource(body) ? 'unknown-source' : 'unknown-type';
}
