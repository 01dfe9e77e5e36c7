import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type MessageAttributeValue,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { LRUCache } from 'lru-cache';
import type { DeadLetters } from '../core/events/dead-letters.ts';
import type { Rejection } from '../core/events/published-event.ts';

/**
 * Finds the dead-letter queue in the queue's own redrive policy. So messages that we reject and messages that SQS
 * gives up on end in the same place, and there is no list of queues to maintain.
 */
export function createDeadLetters(sqs: SQSClient): DeadLetters {
  const deadLetterUrls = new LRUCache<string, string>({
    max: 1_000,
    fetchMethod: async (queueArn) => {
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: await urlOf(sqs, queueArn),
          AttributeNames: ['RedrivePolicy'],
        }),
      );
      const policy = JSON.parse(Attributes?.RedrivePolicy ?? '{}') as { deadLetterTargetArn?: string };
      if (!policy.deadLetterTargetArn) throw new Error(`${queueArn} has no dead-letter queue`);
      return urlOf(sqs, policy.deadLetterTargetArn);
    },
  });

  return {
    async reject(queueArn, body, rejection) {
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: await deadLetterUrls.forceFetch(queueArn),
          MessageBody: body,
          MessageAttributes: attributesBeside(body, rejection),
        }),
      );
    },
  };
}

/**
 * Names, types and values of attributes count towards a message's size.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
const maxMessageBytes = 1024 * 1024;

/**
 * The attributes for which there is room beside the body: the explanation is cut before it makes the message too large.
 * The log line has all of it.
 */
function attributesBeside(
  body: string,
  { reason, explanation }: Rejection,
): Record<string, MessageAttributeValue> {
  const room = maxMessageBytes - Buffer.byteLength(`${body}reasonString${reason}`);
  if (room < 0) return {};
  const shown = cutTo(room - Buffer.byteLength('explanationString'), explanation);
  return {
    reason: { DataType: 'String', StringValue: reason },
    // SQS takes no empty value.
    ...(shown ? { explanation: { DataType: 'String', StringValue: shown } } : {}),
  };
}

/** The beginning of the text that has at most that many bytes of UTF-8, and no half character at its end. */
function cutTo(maxBytes: number, text: string): string {
  const room = new Uint8Array(Math.max(0, Math.min(maxBytes, Buffer.byteLength(text))));
  return text.slice(0, new TextEncoder().encodeInto(text, room).read);
}

async function urlOf(sqs: SQSClient, queueArn: string): Promise<string> {
  const [, , , , account, name] = queueArn.split(':');
  const { QueueUrl } = await sqs.send(
    new GetQueueUrlCommand({ QueueName: name, QueueOwnerAWSAccountId: account }),
  );
  if (!QueueUrl) throw new Error(`${queueArn} has no URL`);
  return QueueUrl;
}
