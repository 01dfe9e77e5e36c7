import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { publishedTimeSchema } from '../../../core/events/published-time.ts';

function utcOf(text: unknown): string | undefined {
  return publishedTimeSchema.safeParse(text).data?.utc;
}

describe('a time is read in each form of ISO 8601 that standard libraries write, and written in UTC:', () => {
  test.each([
    ['JavaScript', '2026-11-23T16:55:00.000Z', '2026-11-23T16:55:00.000Z'],
    ['Java, Instant', '2026-11-23T16:55:00Z', '2026-11-23T16:55:00Z'],
    ['Java, Instant with nanoseconds', '2026-11-23T16:55:00.123456789Z', '2026-11-23T16:55:00.123456789Z'],
    ['Java, OffsetDateTime on the minute', '2026-11-23T16:55Z', '2026-11-23T16:55:00Z'],
    ['Java, OffsetDateTime on the minute, east', '2026-11-23T18:55+02:00', '2026-11-23T16:55:00Z'],
    ['Java, an offset of before time zones', '2026-11-23T17:14:32+00:19:32', '2026-11-23T16:55:00Z'],
    ['Java, SimpleDateFormat', '2026-11-23T13:55:00.000-0300', '2026-11-23T16:55:00.000Z'],
    ['Python, isoformat', '2026-11-23T16:55:00+00:00', '2026-11-23T16:55:00Z'],
    [
      'Python, isoformat with microseconds',
      '2026-11-23T16:55:00.120450+00:00',
      '2026-11-23T16:55:00.120450Z',
    ],
    ['Python, strftime', '2026-11-23T16:55:00+0000', '2026-11-23T16:55:00Z'],
    ['PostgreSQL, to_char', '2026-11-23T18:55:00.5+02', '2026-11-23T16:55:00.5Z'],
    ['a zone of half an hour', '2026-11-23T22:25:00+05:30', '2026-11-23T16:55:00Z'],
    ['an unknown zone', '2026-11-23T16:55:00-00:00', '2026-11-23T16:55:00Z'],
    ['a decimal comma', '2026-11-23T16:55:00,25Z', '2026-11-23T16:55:00.25Z'],
    ['the next day, month and year', '2026-12-31T23:30:00-01:00', '2027-01-01T00:30:00Z'],
    ['the day before, in a leap year', '2028-03-01T00:30:00.9+01:00', '2028-02-29T23:30:00.9Z'],
  ])('%s: %s', (_, text, utc) => {
    expect(utcOf(text)).toBe(utc);
    expect(JSON.stringify(publishedTimeSchema.parse(text))).toBe(`"${utc}"`);
  });
});

test('any moment, at any offset and with any digits, is the same moment in UTC', () => {
  const minutes = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
  const moments = fc.date({ min: new Date('0001-01-02'), max: new Date('9999-12-30'), noInvalidDate: true });
  fc.assert(
    fc.property(moments, minutes, fc.stringMatching(/^\d{0,20}$/), (date, offset, digits) => {
      const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, 19);
      const [hour, minute] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
      const zone = `${offset < 0 ? '-' : '+'}${pad(hour)}:${pad(minute)}`;
      const fraction = digits && `.${digits}`;

      expect(utcOf(local + fraction + zone)).toBe(`${date.toISOString().slice(0, 19)}${fraction}Z`);
    }),
  );
});

test.each([
  '',
  '2026-11-23',
  '2026-11-23T16:55:00',
  '2026-11-23 16:55:00+00:00',
  '2026-11-23T16:55:00.Z',
  '2026-11-23T16:55.5Z',
  '2026-11-23T16:55:00 Z',
  '2026-11-23T16:55:00z',
  '2026-11-23T16:55:60Z',
  '2026-11-23T24:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-02-30T00:00:00+01:00',
  '2026-11-23T16:55:00+24:00',
  '2026-11-23T16:55:00+01:60',
  '2026-11-23T16:55:00+1:00',
  '2026-11-23T16:55:00+01:00[Europe/Paris]',
  '20261123T165500Z',
  '2026-W48-1T16:55:00Z',
  '+012026-11-23T16:55:00Z',
  '0000-01-01T00:30:00+01:00',
  '9999-12-31T23:30:00-01:00',
])('%j is refused with the reason', (text) => {
  expect(publishedTimeSchema.safeParse(text).error?.issues[0]?.message).toBe(
    'must be an ISO 8601 time with Z or an offset, such as 2026-11-23T16:55:00.000Z',
  );
});

test.each([1795452900, null, undefined, {}])('%j is no time', (value) => {
  expect(publishedTimeSchema.safeParse(value).success).toBe(false);
});

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
