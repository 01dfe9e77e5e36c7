import type { LogName, MetricName, Telemetry } from '../../core/telemetry.ts';

export interface TelemetryLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly name: LogName;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Keeps what a handler told the outside. */
export interface RecordedTelemetry extends Telemetry {
  readonly lines: TelemetryLine[];
  readonly counts: Partial<Record<MetricName, number>>;
  named(name: LogName): TelemetryLine[];
  clear(): void;
}

export function recordTelemetry(): RecordedTelemetry {
  const lines: TelemetryLine[] = [];
  const counts: Partial<Record<MetricName, number>> = {};
  return {
    lines,
    counts,
    info: (name, fields) => void lines.push({ level: 'info', name, fields }),
    warn: (name, fields) => void lines.push({ level: 'warn', name, fields }),
    error: (name, fields) => void lines.push({ level: 'error', name, fields }),
    count(metric, value = 1) {
      counts[metric] = (counts[metric] ?? 0) + value;
    },
    named: (name) => lines.filter((line) => line.name === name),
    clear() {
      lines.length = 0;
      for (const metric of Object.keys(counts)) delete counts[metric as MetricName];
    },
  };
}
