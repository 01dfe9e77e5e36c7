import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second, whatever its own clock does. */
const microsPerTick = 10_000;

interface ProcessTimes {
  readonly parent: number;
  /** Its own, and that of its children that have ended. */
  readonly micros: number;
}

/** CPU time of a process and of all below it since their start, in microseconds. Linux only. */
export function readCpuMicros(pid: number): number {
  const all = readProcesses();
  const sumFrom = (id: number): number => {
    const below = [...all].filter(([, { parent }]) => parent === id);
    return below.reduce((sum, [child]) => sum + sumFrom(child), all.get(id)?.micros ?? 0);
  };
  return sumFrom(pid);
}

function readProcesses(): Map<number, ProcessTimes> {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return new Map(
    pids.flatMap((pid) => {
      const stat = readStat(pid);
      return stat === undefined ? [] : [[Number(pid), parseStat(stat)] as const];
    }),
  );
}

/** Undefined for a process that has just ended. */
function readStat(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html. The name, in brackets, may hold anything. */
export function parseStat(stat: string): ProcessTimes {
  const [, parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // utime, stime, cutime and cstime.
  const ticks = rest.slice(9, 13).reduce((sum, text) => sum + Number(text), 0);
  return { parent: Number(parent), micros: ticks * microsPerTick };
}
