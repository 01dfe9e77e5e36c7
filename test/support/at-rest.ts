import {
  GetQueueAttributesCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { operatorCredentials } from '../../local/sigv4.ts';
import { until } from './until.ts';

export function connectSqs(endpoint: string): SQSClient {
  return new SQSClient({ endpoint, region: 'us-east-1', credentials: operatorCredentials });
}

/** Resolves once no queue that is drained holds anything: waiting, in work or delayed. */
export async function untilAtRest(sqs: SQSClient, patienceMs?: number): Promise<void> {
  const queues = await drainedQueues(sqs);
  const isAtRest = async () => {
    const counts = await Promise.all(queues.map((url) => countOf(sqs, url)));
    return counts.every((count) => count === 0);
  };
  await until('every drained queue is empty', isAtRest, { everyMs: 200, patienceMs });
}

/** How many messages all queues hold together that are drained: waiting, in work or delayed. */
export async function countUndrained(sqs: SQSClient): Promise<number> {
  const queues = await drainedQueues(sqs);
  const counts = await Promise.all(queues.map((url) => countOf(sqs, url)));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The bodies and attributes of what a queue holds, which stay in it. */
export async function peek(sqs: SQSClient, queueName: string) {
  const urls = await queueUrls(sqs);
  const QueueUrl = urls.find((url) => url.endsWith(`/${queueName}`));
  if (!QueueUrl) throw new Error(`there is no queue ${queueName}`);
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 0,
      MessageAttributeNames: ['All'],
    }),
  );
  return Messages.map(({ Body, MessageAttributes = {} }) => ({
    body: Body ?? '',
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]),
    ),
  }));
}

/** What all queues hold, by the name of each that holds something. */
export async function peekAll(sqs: SQSClient): Promise<Record<string, Awaited<ReturnType<typeof peek>>>> {
  const names = (await queueUrls(sqs)).map((url) => url.slice(url.lastIndexOf('/') + 1));
  const held = await Promise.all(names.map(async (name) => [name, await peek(sqs, name)] as const));
  return Object.fromEntries(held.filter(([, messages]) => messages.length > 0));
}

async function queueUrls(sqs: SQSClient): Promise<string[]> {
  return (await sqs.send(new ListQueuesCommand({}))).QueueUrls ?? [];
}

async function drainedQueues(sqs: SQSClient): Promise<string[]> {
  const urls = await queueUrls(sqs);
  const drained = await Promise.all(
    urls.map(async (QueueUrl) => {
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['RedrivePolicy'] }),
      );
      return Attributes?.RedrivePolicy ? [QueueUrl] : [];
    }),
  );
  return drained.flat();
}

async function countOf(sqs: SQSClient, QueueUrl: string): Promise<number> {
  const names = [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateNumberOfMessagesDelayed',
  ] as const;
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }),
  );
  return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
}
