import * as z from 'zod';
import { timestampSchema } from '../identifiers.ts';

/** A time of an event. It is written in UTC, whatever offset it was published with. */
export class PublishedTime {
  /** Such as `2026-11-23T16:55:00.000Z`, with as many digits of a second as were published. */
  readonly utc: string;

  constructor(utc: string) {
    this.utc = utc;
  }

  toJSON(): string {
    return this.utc;
  }
}

/**
 * ISO 8601 with `Z` or an offset, as the standard libraries of most languages write it: `+02:00`, `+0200`, `+02`, also
 * with seconds; any number of digits of a second; no seconds if they are zero.
 */
export const publishedTimeSchema = z
  .string()
  .meta({ format: 'date-time' })
  .transform((text, context) => {
    const utc = toUtc(text);
    if (utc !== undefined) return new PublishedTime(utc);
    const message = 'must be an ISO 8601 time with Z or an offset, such as 2026-11-23T16:55:00.000Z';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

const timePattern =
  /^(?<minute>\d{4}-\d\d-\d\dT\d\d:\d\d)(?:(?<second>:\d\d)(?:[.,](?<fraction>\d+))?)?(?<zone>Z|[+-]\d\d.*)$/;
const offsetPattern = /^([+-])([01]\d|2[0-3])(?::?([0-5]\d))?(?::?([0-5]\d))?$/;

function toUtc(text: string): string | undefined {
  const { groups } = timePattern.exec(text) ?? {};
  if (!groups) return undefined;
  const { minute = '', second = ':00', fraction, zone = '' } = groups;
  const local = `${minute}${second}Z`;
  const offsetMs = zone === 'Z' ? 0 : offsetMsOf(zone);
  if (offsetMs === undefined || !timestampSchema.safeParse(local).success) return undefined;
  const utc = new Date(Date.parse(local) - offsetMs).toISOString();
  // Before the year 0 and after 9999, years have a sign and more digits.
  if (!/^\d{4}-/.test(utc)) return undefined;
  return `${utc.slice(0, '2026-11-23T16:55:00'.length)}${fraction ? `.${fraction}` : ''}Z`;
}

function offsetMsOf(zone: string): number | undefined {
  const [, sign, hours, minutes = 0, seconds = 0] = offsetPattern.exec(zone) ?? [];
  if (!sign) return undefined;
  const offsetSeconds = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  return (sign === '-' ? -1_000 : 1_000) * offsetSeconds;
}
