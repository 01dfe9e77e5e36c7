import { stripVTControlCharacters } from 'node:util';
import * as z from 'zod';
import { eventSource, eventTypes } from '../core/events/event-catalog.ts';
import type { FailureReason } from '../core/receivers/delivery-outcome.ts';
import { type LogName, logLines, type MetricName } from '../core/telemetry.ts';
import { nearestWord } from '../core/words.ts';
import type { AcceptedEvent } from './event-bus.ts';

/** What a person wants to see while it happens, from the functions' log lines and the event bus. */

export type LiveKind =
  | 'published'
  | 'delivered'
  | 'failed'
  | 'given up'
  | 'disabled'
  | 'waits'
  | 'cancelled'
  | 'consent'
  | 'refused'
  | 'unrouted'
  | 'known'
  | 'nobody'
  | 'warning'
  | 'fault';

export interface LiveLine {
  readonly kind: LiveKind;
  /** The type and id of an event, as far as they are known. */
  readonly eventType?: string | undefined;
  readonly eventId?: string | undefined;
  readonly text: string;
}

const recordSchema = z.looseObject({
  message: z.string(),
  level: z.string(),
  eventId: z.string().optional(),
  eventType: z.string().optional(),
});
type LogRecord = z.output<typeof recordSchema>;

const attemptSchema = z.looseObject({
  end: z.string(),
  subscriptionId: z.string().default(''),
  host: z.string().default(''),
  attemptCount: z.number().default(1),
  outcome: z
    .looseObject({
      kind: z.enum(['success', 'failure']),
      durationMs: z.number().default(0),
      status: z.number().optional(),
      reason: z.string().optional(),
      refusal: z.string().optional(),
      errorCode: z.string().optional(),
    })
    .optional(),
  decision: z
    .looseObject({ kind: z.string(), delaySeconds: z.number().optional(), reason: z.string().optional() })
    .optional(),
  reason: z.string().optional(),
  limit: z.string().optional(),
  waitMs: z.number().default(0),
  verification: z.looseObject({ state: z.string(), reason: z.string().optional() }).optional(),
});
type Attempt = z.output<typeof attemptSchema>;
type Outcome = NonNullable<Attempt['outcome']>;

const metricSchema = z.looseObject({
  ['EventsDuplicated' satisfies MetricName]: z.number().default(0),
  ['EventsWithoutSubscriptions' satisfies MetricName]: z.number().default(0),
});

/** Lines of which another one already says enough. */
const silent: readonly string[] = ['address.refused'] satisfies LogName[];

/** What one line of a function's log says to a person; usually one thing, often none. Never throws. */
export function readLogLine(text: string): LiveLine[] {
  const json = parseJson(text);
  const record = recordSchema.safeParse(json);
  if (!record.success) return readMetrics(json);
  const name = record.data.message;
  if (name === ('delivery.attempted' satisfies LogName)) return readAttempt(record.data);
  if (name === ('event.rejected' satisfies LogName)) return [readRejection(record.data)];
  if (record.data.level === 'INFO' || silent.includes(name)) return [];
  const { meaning = '' } = (logLines as Readonly<Record<string, { meaning: string }>>)[name] ?? {};
  return [
    {
      kind: record.data.level === 'ERROR' ? 'fault' : 'warning',
      ...of(record.data),
      text: `${name}: ${meaning}`,
    },
  ];
}

/** What the event bus says about an event that it has taken. */
export function readAccepted({ source, type, detail, logLines: lines }: AcceptedEvent): LiveLine {
  const { id, accountId } = detail as { id?: unknown; accountId?: unknown };
  const event = { eventType: type, eventId: textOf(id) };
  if (lines.some((line) => line.startsWith('event.unrouted' satisfies LogName)))
    return { kind: 'unrouted', ...event, text: describeUnrouted(source, type) };
  return { kind: 'published', ...event, text: `for ${textOf(accountId) ?? 'no account'}` };
}

function describeUnrouted(source: string, type: string): string {
  if (source !== eventSource) return `nothing takes events of the source ${source}, only of ${eventSource}`;
  const nearest = nearestWord(type, eventTypes);
  return `there is no such event type${nearest ? `; did you mean ${nearest}?` : ''}`;
}

function readAttempt(record: LogRecord): LiveLine[] {
  const { success, data: attempt } = attemptSchema.safeParse(record);
  if (!success) return [];
  const line = describeAttempt(attempt);
  if (!line) return [];
  const target = [attempt.host, attempt.subscriptionId].filter(Boolean).join('  ');
  return [{ kind: line.kind, ...of(record), text: [line.text, target].filter(Boolean).join('  ') }];
}

function describeAttempt(attempt: Attempt): LiveLine | undefined {
  switch (attempt.end) {
    case 'settled':
      return attempt.outcome && describeCall(attempt, attempt.outcome);
    case 'answered':
      return describeConsent(attempt);
    case 'cancelled':
      return { kind: 'cancelled', text: inWords(attempt.reason ?? '') };
    case 'expired':
      return { kind: 'given up', text: 'its time is over' };
    case 'postponed':
      return describeWait(attempt);
    case 'deferred':
      return { kind: 'waits', text: 'the receiver is slow, or its account has no place left' };
    default:
      return undefined;
  }
}

function describeConsent({ verification: { state = '', reason } = { state: '' } }: Attempt): LiveLine {
  return { kind: 'consent', text: reason ? `${state}: ${inWords(reason)}` : state };
}

function describeWait({ waitMs, limit = '' }: Attempt): LiveLine {
  return { kind: 'waits', text: `${duration(waitMs / 1_000)}, limit: ${inWords(limit)}` };
}

function describeCall({ attemptCount, decision }: Attempt, outcome: Outcome): LiveLine {
  const time = `in ${Math.round(outcome.durationMs)} ms`;
  const nth = attemptCount > 1 ? `, attempt ${attemptCount}` : '';
  if (outcome.kind === 'success') return { kind: 'delivered', text: `${outcome.status} ${time}${nth}` };
  const cause = `${describeFailure(outcome)} ${time}`;
  if (outcome.reason === ('gone' satisfies FailureReason))
    return { kind: 'disabled', text: `${cause}: the subscription is disabled` };
  if (decision?.kind === 'retry')
    return { kind: 'failed', text: `${cause}${nth}, again in ${duration(decision.delaySeconds ?? 0)}` };
  const last = decision?.reason === 'expired' ? ', its time is over' : '';
  return {
    kind: 'given up',
    text: `${cause}, after ${attemptCount} ${attemptCount === 1 ? 'attempt' : 'attempts'}${last}`,
  };
}

const failures: Readonly<Record<string, string>> = {
  dns: 'its name leads to no address',
  timeout: 'no answer in time',
  protocol: 'no answer that is HTTP',
  'address-forbidden': 'not called, its address is not public',
} satisfies Partial<Record<FailureReason, string>>;

function describeFailure({ status, reason = 'failure', refusal, errorCode }: Outcome): string {
  if (status !== undefined) return `answered ${status}`;
  const detail = refusal ?? errorCode;
  return `${failures[reason] ?? inWords(reason)}${detail ? ` (${detail})` : ''}`;
}

function readRejection(record: LogRecord): LiveLine {
  const { reason, explanation } = record as { reason?: unknown; explanation?: unknown };
  return { kind: 'refused', ...of(record), text: `${textOf(reason) ?? ''}: ${textOf(explanation) ?? ''}` };
}

/** The dispatcher only counts these events, and names none. */
function readMetrics(json: unknown): LiveLine[] {
  const { success, data } = metricSchema.safeParse(json);
  if (!success) return [];
  const { EventsDuplicated: known, EventsWithoutSubscriptions: unwanted } = data;
  const lines: LiveLine[] = [];
  if (known > 0)
    lines.push({
      kind: 'known',
      text: `${events(known)} already published with the same id and content: not delivered again`,
    });
  if (unwanted > 0)
    lines.push({ kind: 'nobody', text: `${events(unwanted)} dropped: the account has no subscription` });
  return lines;
}

function events(count: number): string {
  return count === 1 ? '1 event was' : `${count} events were`;
}

function of({ eventType, eventId }: LogRecord): Pick<LiveLine, 'eventType' | 'eventId'> {
  return { eventType, eventId };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** `connection-refused` -> `connection refused` */
function inWords(name: string): string {
  return name.replaceAll('-', ' ');
}

function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const maxTextLength = 200;

/** Publishers choose types and ids, so the text may hold what would move a terminal's cursor. */
export function printable(text: string): string {
  const plain = stripVTControlCharacters(text).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
  return plain.length > maxTextLength ? `${plain.slice(0, maxTextLength)}…` : plain;
}
