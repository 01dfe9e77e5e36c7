import { stripVTControlCharacters } from 'node:util';
import * as z from 'zod';
import { eventSource, eventTypes } from '../core/events/event-catalog.ts';
import { type LogName, logLines } from '../core/telemetry.ts';
import { nearestWord } from '../core/words.ts';
import type { AcceptedEvent } from './event-bus.ts';
import { describeAttempt } from './live-attempt.ts';
import type { LiveLine } from './live-line.ts';

/** What a person wants to see while it happens, from the functions' log lines and the event bus. */

const recordSchema = z.looseObject({
  message: z.string(),
  level: z.string(),
  eventId: z.string().optional(),
  eventType: z.string().optional(),
});
type LogRecord = z.output<typeof recordSchema>;

const dispatchSchema = z.looseObject({ outcome: z.string(), deliveries: z.number() });

/** Lines of which another one already says enough. */
const silent: readonly string[] = ['address.refused'] satisfies LogName[];

/** What one line of a function's log says to a person; usually one thing, often none. Never throws. */
export function readLogLine(text: string): LiveLine[] {
  const record = recordSchema.safeParse(parseJson(text));
  if (!record.success) return [];
  const name = record.data.message;
  if (name === ('event.dispatched' satisfies LogName)) return readDispatch(record.data);
  if (name === ('delivery.attempted' satisfies LogName)) return readAttempt(record.data);
  if (name === ('event.rejected' satisfies LogName)) return [readRejection(record.data)];
  if (name === ('subscription.changed' satisfies LogName)) return [readChange(record.data)];
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
  const line = describeAttempt(record);
  return line ? [{ ...line, ...of(record) }] : [];
}

function readRejection(record: LogRecord): LiveLine {
  const { reason, explanation } = record as { reason?: unknown; explanation?: unknown };
  return { kind: 'refused', ...of(record), text: `${textOf(reason) ?? ''}: ${textOf(explanation) ?? ''}` };
}

/** What has happened to a webhook as a whole, such as that its breaker has opened. */
function readChange(record: LogRecord): LiveLine {
  const { change, host, subscriptionId } = record as Readonly<Record<string, unknown>>;
  const text = [textOf(change)?.replaceAll('-', ' '), textOf(host), textOf(subscriptionId)];
  return { kind: 'webhook', text: text.filter(Boolean).join('  ') };
}

/** What becomes of an event that leads to calls is shown by them. */
function readDispatch(record: LogRecord): LiveLine[] {
  const { success, data: { outcome, deliveries } = {} } = dispatchSchema.safeParse(record);
  if (!success) return [];
  if (outcome === 'duplicate')
    return [{ kind: 'known', ...of(record), text: 'published before with this id: not delivered again' }];
  if (outcome === 'without-subscriptions')
    return [{ kind: 'nobody', ...of(record), text: 'the account has no subscription' }];
  if (outcome === 'planned' && deliveries === 0)
    return [{ kind: 'nobody', ...of(record), text: 'none of the account’s subscriptions takes it' }];
  return [];
}

function of({ eventType, eventId }: LogRecord): Pick<LiveLine, 'eventType' | 'eventId'> {
  return { eventType, eventId };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
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
