import {
  ChangeMessageVisibilityCommand,
  ListQueuesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { paginateScan } from '@aws-sdk/lib-dynamodb';
import type { DynamoTable } from '../../adapters/dynamo-client.ts';
import { InterruptedError } from '../../local/lambda-function.ts';
import type {
  AttemptEvidence,
  HeldEvidence,
  InterruptionEvidence,
  MessageEvidence,
  RowEvidence,
  TakenInEvidence,
} from './evidence.ts';

/** Table and queues as they are, past every proxy. */

export type Item = Readonly<Record<string, unknown>>;

export async function readItems(table: DynamoTable): Promise<Item[]> {
  const items: Item[] = [];
  for await (const { Items = [] } of paginateScan({ client: table.client }, { TableName: table.tableName }))
    items.push(...Items);
  return items;
}

/** Deliveries, each with its attempts. */
export function rowsOf(items: readonly Item[]): RowEvidence[] {
  const attempts = new Map<string, AttemptEvidence[]>();
  for (const { pk, sk, outcome } of items) {
    const [, acceptedAt, eventId] = /^T#([^#]+)#([^#]+)#/.exec(String(sk)) ?? [];
    if (!eventId) continue;
    const key = `${String(pk)} D#${acceptedAt}#${eventId}`;
    attempts.set(key, [...(attempts.get(key) ?? []), toAttempt(outcome)]);
  }
  return items
    .filter(({ sk }) => String(sk).startsWith('D#'))
    .map((item) => ({
      accountId: String(item['accountId']),
      subscriptionId: String(item['subscriptionId']),
      eventId: String(item['eventId']),
      state: String(item['state']),
      ...(typeof item['reason'] === 'string' ? { reason: item['reason'] } : {}),
      probes: Number(item['probeCount'] ?? 0),
      atMs: Date.parse(String(item['updatedAt'])),
      attempts: [
        ...(attempts.get(`${String(item['pk'])} ${String(item['sk'])}`) ?? []),
        ...(item['firstAttempt'] ? [toAttempt((item['firstAttempt'] as Item)['outcome'])] : []),
      ],
    }));
}

function toAttempt(outcome: unknown): AttemptEvidence {
  const { status } = outcome as AttemptEvidence;
  return status === undefined ? {} : { status };
}

/** The subscriptions whose receiver is being probed now. */
export function probingOf(items: readonly Item[]): ReadonlySet<string> {
  const probing = items
    .filter(({ sk }) => String(sk).startsWith('S#'))
    .map(({ subscription }) => subscription as ProbedSubscription)
    .filter(({ receiver }) => receiver.breaker?.state === 'probing');
  return new Set(probing.map(({ id }) => id));
}

interface ProbedSubscription {
  readonly id: string;
  readonly receiver: { readonly breaker?: { readonly state: string } };
}

/** Each with its receiver and what that answered, as it is written down. */
export function attemptsOf(items: readonly Item[]) {
  return items.flatMap((item) => {
    const { sk, pk, outcome, firstAttempt } = item;
    const [, subscriptionId] = /^A#[^#]+#S#([^#]+)$/.exec(String(pk)) ?? [];
    const written = String(sk).startsWith('T#') ? outcome : (firstAttempt as Item | undefined)?.['outcome'];
    if (!subscriptionId || !written) return [];
    return [{ subscriptionId, ...toAttempt(written) }];
  });
}

/** When each event was taken in. */
export function takenInOf(items: readonly Item[]): TakenInEvidence[] {
  return items.flatMap(({ pk, sk, recordedAt }) => {
    const [, accountId, eventId] = /^A#([^#]+)#E#([^#]+)$/.exec(String(pk)) ?? [];
    if (sk !== 'E' || !accountId || !eventId) return [];
    return [{ accountId, eventId, atMs: Date.parse(String(recordedAt)) }];
  });
}

/** What waits for a person, all of it; it stays there. */
export async function readHeld(sqs: SQSClient): Promise<{ held: HeldEvidence[]; text: string }> {
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  const holding = QueueUrls.filter((url) => /(-dlq|-exhausted-deliveries|-unrouted)$/.test(url));
  const messages = (await Promise.all(holding.map((url) => readQueue(sqs, url)))).flat();
  return { held: messages.map(toHeld), text: JSON.stringify(messages) };
}

interface HeldMessage {
  readonly queue: string;
  readonly body: string;
  readonly attributes: object;
}

async function readQueue(sqs: SQSClient, QueueUrl: string): Promise<HeldMessage[]> {
  const read: Message[] = [];
  for (;;) {
    // Hidden for as long as this takes, so that each is read once.
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 60,
        MessageAttributeNames: ['All'],
      }),
    );
    if (Messages.length === 0) break;
    read.push(...Messages);
  }
  for (const { ReceiptHandle } of read)
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
  return read.map(({ Body = '', MessageAttributes = {} }) => ({
    queue: QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1),
    body: Body,
    attributes: MessageAttributes,
  }));
}

/** The messages of every batch whose function died in the middle, from what the local Lambda service says. */
export function readInterrupted(faults: readonly unknown[]): InterruptionEvidence[] {
  return faults
    .filter((fault) => fault instanceof InterruptedError)
    .flatMap(({ event, startedAtMs: fromMs, endedAtMs: untilMs }) => {
      const { Records = [] } = event as { readonly Records?: readonly { readonly body: string }[] };
      return Records.map(({ body }) => ({ ...toMessage(body), fromMs, untilMs }));
    });
}

function toHeld({ queue, body }: HeldMessage): HeldEvidence {
  return { queue, ...toMessage(body) };
}

function toMessage(body: string): MessageEvidence {
  const message = parse(body);
  const detail = (message['detail'] ?? {}) as Readonly<Record<string, unknown>>;
  return {
    eventId: String(message['eventId'] ?? detail['id']),
    subscriptionId: typeof message['subscriptionId'] === 'string' ? message['subscriptionId'] : undefined,
  };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
