import { startChild } from './child.ts';

/** How much a measured process has to do: so many events, or until it has used so much CPU, or so much time. */
export type Amount = { readonly events: number } | { readonly cpuMs: number } | { readonly ms: number };

/** A question to measured-sandbox.ts. */
export interface Work {
  /** As JSON, because Lambda's runtime gets it so as well. They are taken in turn, over and over. */
  readonly events: readonly string[];
  readonly amount: Amount;
}

export interface Usage {
  /** How many events were handled. */
  readonly events: number;
  /** Of the whole process, in user and system mode, reading the events included. */
  readonly cpuMicros: number;
  /** Messages that the handler has reported as failed. */
  readonly failedMessages: number;
}

/** What a process has used by the time when its handler could take the first event. */
export interface Start {
  /** Of the whole process, the start of Node.js included. */
  readonly cpuMicros: number;
}

export interface MeasuredHandler {
  /** A CommonJS bundle, or a module. */
  readonly file: string;
  /** The name of the exported handler. */
  readonly handler: string;
  /** All that it has of an environment, except for PATH. */
  readonly environment: Readonly<Record<string, string>>;
  /** The handler's own log. */
  readonly logFile?: string;
}

export interface MeasuredProcess {
  readonly pid: number;
  readonly start: Start;
  /** One event at a time, as in a sandbox of Lambda. Rejects if the handler does. */
  handle(events: readonly unknown[], amount: Amount): Promise<Usage>;
  /** The highest resident memory since the start, in bytes. */
  readPeakMemory(): Promise<number>;
  close(): Promise<void>;
}

/** Runs a handler in a process of its own, which measures itself. */
export async function startMeasuredProcess({
  file,
  handler,
  environment,
  logFile,
}: MeasuredHandler): Promise<MeasuredProcess> {
  const { child, ready } = await startChild(new URL('./measured-sandbox.ts', import.meta.url), {
    args: [file, handler],
    environment,
    ...(logFile === undefined ? {} : { logFile }),
  });
  return {
    pid: child.pid,
    start: ready as Start,
    async handle(events, amount) {
      const work: Work = { events: events.map((event) => JSON.stringify(event)), amount };
      return (await child.ask(work)) as Usage;
    },
    readPeakMemory: async () => (await child.ask('peak-memory')) as number,
    close: () => child.close(),
  };
}
