import { randomUUID } from 'node:crypto';
import type { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { createBatchedSends } from './batched-sends.ts';
import { textAt } from './event-path.ts';
import { compilePattern } from './event-pattern.ts';
import { AwsError, type LocalServer, serveAwsJson } from './http-server.ts';
import { awsAccount, region } from './intrinsics.ts';
import { type LogTarget, lineOf } from './log-target.ts';

export interface QueueTarget {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string | undefined;
  /** A JSON path into the event, such as `$.detail.accountId`. */
  readonly messageGroupIdPath: string | undefined;
}

export interface BusRule {
  readonly arn: string;
  readonly pattern: unknown;
  readonly targets: readonly (QueueTarget | LogTarget)[];
}

const entrySchema = z.object({
  EventBusName: z.string().default('default'),
  Source: z.string().optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  Resources: z.array(z.string()).default([]),
  // Seconds, up to what a Date can hold.
  Time: z.number().min(0).max(8.64e12).optional(),
});
type Entry = z.output<typeof entrySchema>;

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const maxEntries = 10;
const maxRequestBytes = 1024 * 1024;

type EntryResult = { EventId: string } | { ErrorCode: string; ErrorMessage: string };

/** An event that the bus has taken. */
export interface AcceptedEvent {
  readonly source: string;
  readonly type: string;
  readonly detail: unknown;
  /** What rules wrote about it into log groups. */
  readonly logLines: readonly string[];
}

/** PutEvents over EventBridge's wire protocol, and rules that send to SQS or write a line into a log. */
export function startEventBus(
  busNameOrArns: readonly string[],
  rules: readonly BusRule[],
  sqs: SQSClient,
  onAccepted: (event: AcceptedEvent) => void = () => undefined,
): Promise<LocalServer> {
  const compiled = rules.map((rule) => ({ ...rule, matches: compilePattern(rule.pattern) }));
  const send = createBatchedSends(sqs);

  async function putEvents(input: unknown) {
    const entries = readEntries(input);
    for (const { EventBusName } of entries) {
      if (!busNameOrArns.includes(EventBusName)) {
        throw new AwsError('ResourceNotFoundException', `Event bus ${EventBusName} does not exist.`);
      }
    }
    const results = await Promise.all(entries.map(accept));
    return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
  }

  async function accept(entry: Entry): Promise<EntryResult> {
    const refusal = refuse(entry);
    if (refusal) return refusal;
    const id = randomUUID();
    const { text, event } = writeEvent(id, entry);
    const matching = compiled.filter(({ matches }) => matches(event));
    const sending = matching.flatMap((rule) =>
      rule.targets.flatMap((target) => ('queueUrl' in target ? [sendTo(target, rule, text, event)] : [])),
    );
    try {
      // Send before answering, so that every accepted event is in a queue. EventBridge stores accepted events on disk
      // instead, and later drops one that neither its queue nor the dead-letter queue takes.
      await Promise.all(sending);
    } catch (error) {
      return { ErrorCode: 'InternalFailure', ErrorMessage: `The event reached no queue: ${String(error)}` };
    }
    const { Source: source = '', DetailType: type = '' } = entry;
    const logs = matching.flatMap(({ targets }) => targets.filter((target) => 'transformer' in target));
    onAccepted({ source, type, detail: event.detail, logLines: logs.map((log) => lineOf(log, event)) });
    return { EventId: id };
  }

  async function sendTo(target: QueueTarget, rule: BusRule, text: string, event: unknown): Promise<void> {
    const MessageGroupId = target.messageGroupIdPath && textAt(target.messageGroupIdPath, event);
    try {
      await send(target.queueUrl, { MessageBody: text, MessageGroupId });
    } catch (error) {
      if (!target.deadLetterQueueUrl) throw error;
      await send(target.deadLetterQueueUrl, {
        MessageBody: text,
        MessageAttributes: {
          RULE_ARN: attribute(rule.arn),
          TARGET_ARN: attribute(target.queueUrl),
          ERROR_CODE: attribute((error as Error).name),
        },
      });
    }
  }

  return serveAwsJson({ PutEvents: putEvents });
}

/** The event as its targets get it, which holds `Detail` letter by letter, and as the rules see it. */
function writeEvent(id: string, { DetailType, Source, Time, Resources, Detail = '' }: Entry) {
  const envelope = {
    version: '0',
    id,
    'detail-type': DetailType,
    source: Source,
    account: awsAccount,
    time: toSeconds(Time === undefined ? new Date() : new Date(Time * 1000)),
    region,
    resources: Resources,
  };
  return {
    text: `${JSON.stringify(envelope).slice(0, -1)},"detail":${Detail}}`,
    event: { ...envelope, detail: JSON.parse(Detail) as unknown },
  };
}

function readEntries(input: unknown): Entry[] {
  const parsed = z.object({ Entries: z.array(entrySchema) }).safeParse(input);
  if (!parsed.success) throw new AwsError('ValidationException', z.prettifyError(parsed.error));
  const { Entries } = parsed.data;
  if (Entries.length < 1 || Entries.length > maxEntries) {
    const rule = Entries.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${maxEntries}`;
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${rule}`,
    );
  }
  if (Entries.reduce((bytes, entry) => bytes + sizeOf(entry), 0) > maxRequestBytes) {
    throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
  }
  return Entries;
}

/**
 * The error that EventBridge reports for an entry.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
 */
function refuse(entry: Entry): EntryResult | undefined {
  for (const name of ['Source', 'DetailType', 'Detail'] as const) {
    if (entry[name]) continue;
    const ErrorMessage = `Parameter ${name} is not valid. Reason: ${name} is a required argument.`;
    return { ErrorCode: 'InvalidArgument', ErrorMessage };
  }
  if (entry.Source?.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  if (!isJsonObject(entry.Detail ?? ''))
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  return undefined;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
function sizeOf(entry: Entry): number {
  const texts = [entry.Source ?? '', entry.DetailType ?? '', entry.Detail ?? '', ...entry.Resources];
  return texts.reduce((bytes, text) => bytes + Buffer.byteLength(text), entry.Time === undefined ? 0 : 14);
}

function attribute(StringValue: string) {
  return { DataType: 'String', StringValue };
}

function toSeconds(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
