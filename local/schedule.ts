import type { LambdaFunction } from './lambda-function.ts';

export interface ScheduleRule {
  readonly intervalMs: number;
  readonly target: LambdaFunction;
}

const unitsMs: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Reads a rate expression, such as `rate(1 minute)`, as milliseconds. */
export function parseRate(expression: string): number {
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const unitMs = unitsMs[unit];
  if (!count || !unitMs) throw new Error(`the local run does not support the schedule ${expression}`);
  return Number(count) * unitMs;
}

/** Invokes the function at every interval, as on AWS even if the previous invocation is still running. */
export function startSchedule(
  { intervalMs, target }: ScheduleRule,
  onFault: (fault: unknown) => void,
): { stop(): void } {
  const timer = setInterval(() => {
    target.invoke({ 'detail-type': 'Scheduled Event', source: 'aws.events' }).catch((error: unknown) => {
      if (!timer.hasRef()) return;
      onFault(error);
    });
  }, intervalMs);
  return {
    stop() {
      timer.unref();
      clearInterval(timer);
    },
  };
}
