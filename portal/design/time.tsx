import { formats } from '../i18n/i18n.ts';
import { now } from '../shell/clock.ts';

interface TimeProps {
  /** ISO 8601. */
  readonly at: string;
  /** `clock`: to the second. `short`: to the minute. `relative`: how long ago, or until then. */
  readonly as?: 'clock' | 'short' | 'relative';
}

/** A time in the viewer's zone; the exact one is its title. */
export function Time({ at, as = 'clock' }: TimeProps) {
  const time = new Date(at);
  const format = formats();
  const shown = {
    clock: () => format.time(time, now.value),
    short: () => format.shortTime(time, now.value),
    relative: () => format.relative(time, now.value),
  };
  return (
    <time class="num" dateTime={at} title={format.exactTime(time)}>
      {shown[as]()}
    </time>
  );
}
