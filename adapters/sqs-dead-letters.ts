import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { LRUCache } from 'lru-cache';
import type { DeadLetters } from '../core/events/dead-letters.ts';

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
    async reject(queueArn, body, { reason, explanation }) {
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: await deadLetterUrls.forceFetch(queueArn),
          MessageBody: body,
          MessageAttributes: {
            reason: { DataType: 'String', StringValue: reason },
            explanation: { DataType: 'String', StringValue: explanation },
          },
        }),
      );
    },
  };
}

async function urlOf(sqs: SQSClient, queueArn: string): Promise<string> {
  const [, , , , account, name] = queueArn.split(':');
  const { QueueUrl } = await sqs.send(
    new GetQueueUrlCommand({ QueueName: name, QueueOwnerAWSAccountId: account }),
  );
  if (!QueueUrl) throw new Error(`${queueArn} has no URL`);
  return QueueUrl;
}
