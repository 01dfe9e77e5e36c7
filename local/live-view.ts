import type { AcceptedEvent } from './event-bus.ts';
import { createLineLimit } from './line-limit.ts';
import type { LiveKind, LiveLine } from './live-line.ts';
import { printable, readAccepted, readLogLine } from './live-lines.ts';
import { followLogs } from './log-follower.ts';
import type { Screen } from './screen.ts';

/** More lines in a second cannot be read. */
const maxLinesPerSecond = 20;

const kindWidth = 9;
const typeWidth = 17;
const idWidth = 40;

const colours = {
  published: 'cyan',
  delivered: 'green',
  consent: 'green',
  drill: 'cyan',
  known: 'cyan',
  nobody: 'yellow',
  waits: 'yellow',
  kept: 'yellow',
  webhook: 'cyan',
  failed: 'yellow',
  cancelled: 'yellow',
  warning: 'yellow',
  'given up': 'red',
  disabled: 'red',
  refused: 'red',
  unrouted: 'red',
  fault: 'red',
} as const satisfies Record<LiveKind, string>;

export interface LiveView {
  /** Shows what happens from now on, except to these events. */
  begin(logFolder: string, exceptEvents: ReadonlySet<string>): Promise<void>;
  showAccepted(event: AcceptedEvent): void;
  /** Faults are shown at any time. */
  showFault(fault: unknown): void;
  end(): Promise<void>;
}

/** Shows callbacks, failures and refused events in the terminal, a line each. */
export function createLiveView(screen: Screen): LiveView {
  const show = createLineLimit({
    maxLines: maxLinesPerSecond,
    windowMs: 1_000,
    print: (text) => screen.say(`  ${text}`),
    after: (delayMs, callBack) => void setTimeout(callBack, delayMs).unref(),
  });
  let stop: (() => Promise<void>) | undefined;
  let except: ReadonlySet<string> = new Set();

  const showLine = (line: LiveLine) => {
    if (!except.has(line.eventId ?? '')) show({ kind: line.kind, text: lay(line) });
  };

  /** In columns, as far as they fit. */
  function lay({ kind, eventType = '', eventId = '', text }: LiveLine): string {
    const time = screen.style('dim', new Date().toLocaleTimeString('en-GB'));
    const name = screen.style(colours[kind], kind.padEnd(kindWidth));
    const event = eventType || eventId ? [fit(eventType, typeWidth), fit(eventId, idWidth)] : [];
    return [time, name, ...event, printable(text)].join('  ');
  }

  return {
    async begin(logFolder, exceptEvents) {
      except = exceptEvents;
      ({ stop } = await followLogs(logFolder, (lines) => lines.flatMap(readLogLine).forEach(showLine)));
    },
    showAccepted: (event) => {
      if (stop) showLine(readAccepted(event));
    },
    showFault: (fault) => showLine({ kind: 'fault', text: String(fault).split('\n')[0] ?? '' }),
    end: async () => stop?.(),
  };
}

function fit(text: string, width: number): string {
  return printable(text).padEnd(width);
}
