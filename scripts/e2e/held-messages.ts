import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { Target } from './target.ts';

/** Messages that this run has made, in queues that nothing drains. Those of others are put back. */

type Queues = Pick<Target, 'sqs' | 'queuePrefix'>;

/** About as long as it takes to look through a queue. */
const hideSeconds = 5;

/** Queue names come without the prefix of the stage. */
export async function queueUrlOf({ sqs, queuePrefix }: Queues, queueName: string, signal: AbortSignal) {
  const command = new GetQueueUrlCommand({ QueueName: queuePrefix + queueName });
  return (await sqs.send(command, { abortSignal: signal })).QueueUrl;
}

/** The first message that is wanted, which stays in the queue. */
export async function findHeld(
  target: Queues,
  queueName: string,
  isWanted: (body: string) => boolean,
  signal: AbortSignal,
): Promise<Message | undefined> {
  const QueueUrl = await queueUrlOf(target, queueName, signal);
  const messages = await lookThrough(target, QueueUrl, signal);
  await putBack(target, QueueUrl, messages);
  return messages.find(({ Body = '' }) => isWanted(Body));
}

/** Removes what is wanted from all queues that nothing drains. */
export async function removeHeld(
  target: Queues,
  isWanted: (body: string) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const { sqs, queuePrefix: QueueNamePrefix } = target;
  const command = new ListQueuesCommand({ QueueNamePrefix, MaxResults: 1_000 });
  const { QueueUrls = [] } = await sqs.send(command, { abortSignal: signal });
  const held = QueueUrls.filter((url) => /(-dlq|-unrouted|-exhausted-deliveries)$/.test(url));
  await Promise.all(held.map(removeFrom));

  async function removeFrom(QueueUrl: string): Promise<void> {
    const messages = await lookThrough(target, QueueUrl, signal);
    const ours = messages.filter(({ Body = '' }) => isWanted(Body));
    for (const { ReceiptHandle } of ours)
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }), { abortSignal: signal });
    const others = messages.filter((message) => !ours.includes(message));
    await putBack(target, QueueUrl, others);
  }
}

/** The messages of the queue, until none comes or one comes again. They are hidden from others for a moment. */
async function lookThrough(
  { sqs }: Queues,
  QueueUrl: string | undefined,
  signal: AbortSignal,
): Promise<Message[]> {
  const found: Message[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: hideSeconds,
        WaitTimeSeconds: 1,
        MessageAttributeNames: ['All'],
      }),
      { abortSignal: signal },
    );
    const fresh = Messages.filter(({ MessageId }) => found.every((known) => known.MessageId !== MessageId));
    if (fresh.length === 0) return found;
    found.push(...fresh);
  }
}

async function putBack(
  { sqs }: Queues,
  QueueUrl: string | undefined,
  messages: readonly Message[],
): Promise<void> {
  const sending = messages.map(({ ReceiptHandle }) =>
    sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 })),
  );
  // One that cannot be put back is visible again by itself.
  await Promise.allSettled(sending);
}
