import { performance } from 'node:perf_hooks';

/** An event's id says what it is measured for, and when it was to be published: a receiver needs nothing else. */
export interface MeasuredEvent {
  /** Letters and digits. */
  readonly phase: string;
  /** As `nowMicros` tells it. */
  readonly plannedMicros: number;
}

let count = 0;

export function writeEventId({ phase, plannedMicros }: MeasuredEvent): string {
  count += 1;
  return `evt_${phase}_${Math.round(plannedMicros)}_${count}`;
}

/** Undefined for an event of somebody else. */
export function readEventId(id: string): MeasuredEvent | undefined {
  const [, phase, micros] = /^evt_([a-zA-Z0-9]+)_(\d+)_\d+$/.exec(id) ?? [];
  return phase && micros ? { phase, plannedMicros: Number(micros) } : undefined;
}

/** Microseconds since 1970, for all processes of this machine, from clocks that do not jump. */
export function nowMicros(): number {
  return (performance.timeOrigin + performance.now()) * 1_000;
}
