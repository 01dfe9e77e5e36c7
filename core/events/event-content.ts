import { createHash } from 'node:crypto';
import { isNumberText } from '../json-text.ts';
import { PublishedTime } from './published-time.ts';

/**
 * The data as it was published, with the times that the schema has read in it. Everything else stays as it was
 * written: the schema only checks it and must not reorder, drop or coerce anything.
 */
export function withTimes(written: unknown, read: unknown): unknown {
  if (read instanceof PublishedTime) return read;
  if (isNumberText(written) || typeof written !== 'object' || written === null) return written;
  // The schema has read no times in what it does not know.
  if (typeof read !== 'object' || read === null) return written;
  const readParts = read as Readonly<Record<string, unknown>>;
  const times = Object.entries(written).flatMap(([name, part]) => {
    const next = withTimes(part, readParts[name]);
    return next === part ? [] : [[name, next] as const];
  });
  if (times.length === 0) return written;
  return Object.assign(Array.isArray(written) ? [...written] : { ...written }, Object.fromEntries(times));
}

/**
 * SHA-256 in hex, the same for the same content: the order of fields does not count, numbers count by their value and
 * times by their moment.
 */
export function hashContent(content: unknown): string {
  return createHash('sha256').update(toCanonicalText(content)).digest('hex');
}

/**
 * In the manner of RFC 8785. That one reads numbers as doubles, and two identifiers of 19 digits may be one double.
 * https://www.rfc-editor.org/rfc/rfc8785
 */
function toCanonicalText(value: unknown): string {
  if (value instanceof PublishedTime) return JSON.stringify(canonicalTime(value));
  if (isNumberText(value)) return canonicalNumber(value.rawJSON);
  if (typeof value === 'number') return canonicalNumber(String(value));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(toCanonicalText).join()}]`;
  const fields = value as Readonly<Record<string, unknown>>;
  const names = Object.keys(fields).toSorted();
  return `{${names.map((name) => `${JSON.stringify(name)}:${toCanonicalText(fields[name])}`).join()}}`;
}

/** Its digits and the power of ten: `1.10`, `11e-1` and `0.11E+1` all become `11e-1`. Every zero is `0`. */
function canonicalNumber(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = withoutZerosAtEnd(digits);
  if (significant === '') return '0';
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length);
  return `${sign}${significant}e${power}`;
}

/** `.120Z` and `.12Z` are the same moment. */
function canonicalTime({ utc }: PublishedTime): string {
  const [second, fraction = ''] = utc.slice(0, -1).split('.');
  return `${second}.${withoutZerosAtEnd(fraction)}Z`;
}

/** A regular expression for this takes quadratic time. */
function withoutZerosAtEnd(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}
