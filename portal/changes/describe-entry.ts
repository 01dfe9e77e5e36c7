import type { Catalog } from '../i18n/catalog.ts';
import type { Formats } from '../i18n/formats.ts';
import type { ChangedField, Entry, EntryActor } from './entry.ts';

type Texts = Catalog['changes'];
type Values = Readonly<Record<string, unknown>>;

/** What exactly was changed: one text for each property, or for what the action is about. */
export function describeEntry({ details = {} }: Entry, t: Texts, formats: Formats): string[] {
  const {
    fields = [],
    names = [],
    eventType,
    until,
  } = details as {
    readonly fields?: readonly ChangedField[];
    readonly names?: readonly string[];
    readonly eventType?: string;
    readonly until?: string;
  };
  const changed = fields.map((field) => {
    const value = describeField(field, details, t, formats);
    return value ? `${t.fields[field]}: ${value}` : t.fields[field];
  });
  return [
    ...changed,
    ...names,
    ...(eventType ? [eventType] : []),
    ...(until ? [t.until(formats.exactTime(new Date(until)))] : []),
  ];
}

/** Empty where the log has no values, or shows none to this session. */
function describeField(field: ChangedField, details: Values, t: Texts, formats: Formats): string {
  const {
    from,
    to,
    metadata = [],
    before = {},
    after = {},
  } = details as {
    readonly from?: string;
    readonly to?: string;
    readonly metadata?: readonly string[];
    readonly before?: Values;
    readonly after?: Values;
  };
  if (field === 'url') return from === to ? '' : `${from} → ${to}`;
  if (field === 'metadata') return metadata.join(', ');
  if (!(field in after)) return '';
  const [was, is] = [before[field], after[field]];
  if (Array.isArray(was) && Array.isArray(is)) return describeList(was, is);
  const write = (value: unknown) => writeValue(field, value, t, formats);
  return `${write(was)} → ${write(is)}`;
}

function describeList(before: readonly unknown[], after: readonly unknown[]): string {
  const added = after.filter((one) => !before.includes(one)).map((one) => `+ ${String(one)}`);
  const removed = before.filter((one) => !after.includes(one)).map((one) => `− ${String(one)}`);
  return [...added, ...removed].join(', ');
}

function writeValue(field: ChangedField, value: unknown, t: Texts, formats: Formats): string {
  if (value === null || value === undefined) return t.notSet;
  if (typeof value === 'number')
    return field === 'timeoutMs' ? formats.duration(value) : formats.number(value);
  if (typeof value === 'object') return Object.values(value).map(String).join(' / ');
  return typeof value === 'string' ? (t.statuses[value as keyof Texts['statuses']] ?? value) : '';
}

/** Who did it. Without an id, the session may not see it. */
export function describeActor({ kind, id }: EntryActor, ownSessionId: string | undefined, t: Texts): string {
  if (kind === 'portal-session' && id !== undefined && id === ownSessionId) return t.ownSession;
  return kind === 'backend' || id === undefined ? t.actors[kind] : `${t.actors[kind]} ${id}`;
}
