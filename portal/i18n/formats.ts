/** How numbers and times are written in a language. Times are in the time zone of `timeZone`, or the viewer's own. */

export type Formats = ReturnType<typeof createFormats>;

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export function createFormats(locale: string, timeZone?: string) {
  const zone = timeZone ? { timeZone } : {};
  const numbers = new Intl.NumberFormat(locale);
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
  const percents = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const seconds = new Intl.NumberFormat(locale, { maximumFractionDigits: 1, minimumFractionDigits: 1 });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'medium', ...zone });
  const shortClock = new Intl.DateTimeFormat(locale, { timeStyle: 'short', ...zone });
  const dates = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', ...zone });
  const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long', ...zone });
  const days = new Intl.DateTimeFormat('sv', { dateStyle: 'short', ...zone });

  const isSameDay = (one: Date, other: Date) => days.format(one) === days.format(other);

  return {
    locale,
    number: (value: number) => numbers.format(value),
    compact: (value: number) => compact.format(value),
    /** 0.9995 must not look like all of it, nor 0.0001 like nothing. */
    percent: (share: number) => {
      const nearly = share > 0.999 && share < 1 ? 0.999 : share;
      return percents.format(nearly > 0 && nearly < 0.001 ? 0.001 : nearly);
    },
    /** `84 ms`, `1.2 s`, `14 min`. */
    duration: (ms: number) => {
      if (ms < second) return `${numbers.format(Math.round(ms))} ms`;
      if (ms < minute) return `${seconds.format(ms / second)} s`;
      if (ms < hour) return `${numbers.format(Math.round(ms / minute))} min`;
      return `${numbers.format(Math.round(ms / hour))} h`;
    },
    bytes: (count: number) =>
      count < 1_024 ? `${numbers.format(count)} B` : `${seconds.format(count / 1_024)} KiB`,
    /** `in 5 minutes`, `yesterday`: to the nearest whole unit. */
    relative: (time: Date, now: Date) => {
      const ms = time.getTime() - now.getTime();
      const size = Math.abs(ms);
      if (size < 45 * second) return relative.format(Math.round(ms / second), 'second');
      if (size < 45 * minute) return relative.format(Math.round(ms / minute), 'minute');
      if (size < 22 * hour) return relative.format(Math.round(ms / hour), 'hour');
      return relative.format(Math.round(ms / day), 'day');
    },
    /** The time alone today, with the day otherwise. */
    time: (time: Date, now: Date) =>
      isSameDay(time, now) ? clock.format(time) : `${dates.format(time)}, ${shortClock.format(time)}`,
    /** The same to the minute. */
    shortTime: (time: Date, now: Date) =>
      isSameDay(time, now) ? shortClock.format(time) : `${dates.format(time)}, ${shortClock.format(time)}`,
    date: (time: Date) => dates.format(time),
    /** For whoever wants to know exactly: with the day of the week, the seconds and the zone. */
    exactTime: (time: Date) => exact.format(time),
    /** Such as `GMT-3`. */
    zoneName: (time: Date) =>
      new Intl.DateTimeFormat(locale, { timeZoneName: 'shortOffset', ...zone })
        .formatToParts(time)
        .find(({ type }) => type === 'timeZoneName')?.value ?? '',
    list: (words: readonly string[]) => new Intl.ListFormat(locale, { type: 'conjunction' }).format(words),
  };
}
