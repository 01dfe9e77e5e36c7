import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { eventCatalog } from '../core/events/event-catalog.ts';
import { isOperational } from '../core/events/subscribable-events.ts';
import { nearestWord } from '../core/words.ts';

/** An event as a person writes it, before anybody has checked it. */
export interface EventDraft {
  type: string;
  id: string;
  accountId: string;
  /** ISO 8601. */
  occurredAt: string;
  data: unknown;
}

type Fields = Record<string, unknown>;

export interface DraftOptions {
  readonly accountId: string;
  /** Undefined: a new id, and new ids and times in the data. */
  readonly id: string | undefined;
  readonly now: Date;
}

/**
 * An event of this type with the catalog's example. With an id of its own, the example stays as it is, so that the same options
 * always draft the same event.
 */
export function draftEvent(type: string, { accountId, id, now }: DraftOptions): EventDraft {
  const data = structuredClone(entryOf(type)?.example ?? {}) as Fields;
  const lastTime = timesIn(data).toSorted().at(-1) ?? now.toISOString();
  if (id !== undefined) return { type, id, accountId, occurredAt: lastTime, data };
  const fresh = shiftTimes(data, now.getTime() - Date.parse(lastTime)) as Fields;
  for (const [name, value] of Object.entries(fresh)) if (name !== 'actor') renewId(value);
  return { type, id: `evt_${randomUUID()}`, accountId, occurredAt: now.toISOString(), data: fresh };
}

/** Throws if the helpdesk publishes no such type. */
export function checkType(type: string): void {
  const types = eventCatalog.map((entry) => entry.type);
  if (entryOf(type)) return;
  if (isOperational(type))
    throw new Error(
      `${type}: only iOmniHub Webhooks itself publishes it; POST /subscriptions/{id}/test sends an example`,
    );
  const nearest = nearestWord(type, types);
  const hint = nearest ? `did you mean ${nearest}?` : `the types are ${types.join(', ')}`;
  throw new Error(`${type}: there is no such event type; ${hint}`);
}

function entryOf(type: string) {
  return eventCatalog.find((entry) => entry.type === type);
}

const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

function timesIn(value: unknown): string[] {
  if (typeof value === 'string') return timePattern.test(value) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(timesIn) : [];
}

/** Keeps how far the times are apart. */
function shiftTimes(value: unknown, byMs: number): unknown {
  if (typeof value === 'string')
    return timePattern.test(value) ? new Date(Date.parse(value) + byMs).toISOString() : value;
  if (Array.isArray(value)) return value.map((item) => shiftTimes(item, byMs));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shiftTimes(item, byMs)]));
}

/** `tkt_7Hq2mZ` -> `tkt_` and other characters: what happened happened to another ticket. */
function renewId(value: unknown): void {
  const fields = value as Fields | null;
  const [, prefix] = /^([a-z]+_)\w+$/.exec(String(fields?.['id'])) ?? [];
  if (fields && prefix) fields['id'] = `${prefix}${randomUUID().replaceAll('-', '').slice(0, 12)}`;
}

/**
 * Sets a field: `data.ticket.channel=whatsapp`. The value is JSON if it can be read as JSON, otherwise text. Objects on the way are
 * made if the catalog knows the field. `anyField` allows fields that it does not know.
 */
export function setField(draft: EventDraft, assignment: string, anyField: boolean): void {
  const [, path, text] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
  if (path === undefined || text === undefined)
    throw new Error(`--set ${assignment}: must be path=value, as in --set data.ticket.channel=whatsapp`);
  if (!anyField) checkPath(draft, path);
  const names = path.split('.');
  const last = names.pop() ?? '';
  let holder = draft as unknown as Fields;
  for (const name of names) {
    const next = Object.hasOwn(holder, name) ? holder[name] : undefined;
    if (typeof next !== 'object' || next === null) define(holder, name, {});
    holder = holder[name] as Fields;
  }
  define(holder, last, parseValue(text));
}

/** A field like any other, even if it is called `__proto__`. */
function define(holder: Fields, name: string, value: unknown): void {
  Object.defineProperty(holder, name, { value, writable: true, enumerable: true, configurable: true });
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function checkPath(draft: EventDraft, path: string): void {
  const entry = entryOf(draft.type);
  const inSchema = entry ? pathsOf(z.toJSONSchema(entry.data, { io: 'input' }) as Schema, 'data') : [];
  const known = ['id', 'accountId', 'occurredAt', 'data', ...inSchema];
  // `3` stands for any place in a list, and below a field with free names each name is right.
  const general = path.replaceAll(/\.\d+(?=\.|$)/g, '.0');
  const isFree = known.some((one) => one.endsWith('.*') && general.startsWith(one.slice(0, -1)));
  if (isFree || known.includes(general)) return;
  const names = known.filter((one) => !one.endsWith('.*'));
  const nearest = nearestWord(path, names);
  const hint = nearest ? `did you mean ${nearest}?` : 'docs/event-types.md lists the fields';
  throw new Error(`--set ${path}: the catalog knows no such field; ${hint} (--unchecked takes any)`);
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly propertyNames?: object;
}

/** Every field as a path, `0` for the places of a list, and `*` below an object with free names. */
function pathsOf({ properties = {}, items, anyOf = [], propertyNames }: Schema, path: string): string[] {
  const below = [
    ...Object.entries(properties).map(([name, schema]) => [`${path}.${name}`, schema] as const),
    ...(items ? [[`${path}.0`, items] as const] : []),
  ];
  return [
    ...(propertyNames ? [`${path}.*`] : []),
    ...below.flatMap(([field, schema]) => [field, ...pathsOf(schema, field)]),
    ...anyOf.flatMap((schema) => pathsOf(schema, path)),
  ];
}
