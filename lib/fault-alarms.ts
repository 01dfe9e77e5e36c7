import { Duration } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { type AlarmText, addAlarm } from './alarms.ts';
import { visibilityTimeoutFor } from './queues.ts';
import type { Stage } from './stage.ts';

interface FaultAlarmProps extends AlarmText {
  readonly stage: Stage;
}

interface Faults {
  /** What is going wrong, such as `Functions report faults`. */
  readonly cause: string;
  /** How many faults within the metric's own period are too many at once. */
  readonly burst: number;
}

/**
 * Two alarms on a metric that counts faults: one on many at once, and one on a single message that fails each time it comes
 * back. The age of the oldest message does not show the second: SQS leaves out messages that were received three times.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
export function addFaultAlarms(
  scope: Construct,
  id: string,
  props: FaultAlarmProps,
  metric: Metric,
  { cause, burst }: Faults,
): void {
  addAlarm(scope, id, props, metric, { cause, threshold: burst });
  addAlarm(scope, `${id}Steadily`, props, metric.with({ period: steadyPeriod(props.stage) }), {
    cause: `${cause}, again and again`,
    threshold: 1,
    periods: 3,
  });
}

/** The alarms of every function: on crashes, on calls that Lambda refused, and on chains of calls that it cut. */
export function addFunctionAlarms(
  scope: Construct,
  { entry, ...props }: FaultAlarmProps & { readonly entry: string },
  lambda: IFunction,
): void {
  // Counts crashes and timeouts, which a function cannot report itself.
  addFaultAlarms(scope, 'Crashes', props, lambda.metricErrors({ period: Duration.minutes(10) }), {
    cause: `${entry} crashes or runs out of time`,
    burst: 5,
  });
  addAlarm(scope, 'Throttled', props, lambda.metricThrottles({ period: Duration.minutes(5) }), {
    cause: `${entry} is throttled`,
    threshold: 5,
  });
  // https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html#invocation-recursion-monitoring
  const dropped = lambda.metric('RecursiveInvocationsDropped', {
    statistic: 'Sum',
    period: Duration.minutes(5),
  });
  addAlarm(scope, 'LoopStopped', props, dropped, { cause: `${entry} is taken for a loop`, threshold: 1 });
}

/** A message that fails comes back within this time, so none of three periods can pass without its fault. */
function steadyPeriod({ dispatcherTimeoutSeconds, delivererTimeoutSeconds }: Stage): Duration {
  const longest = Duration.seconds(Math.max(dispatcherTimeoutSeconds, delivererTimeoutSeconds));
  const marginSeconds = 30;
  const minutes = Math.ceil((visibilityTimeoutFor(longest).toSeconds() + marginSeconds) / 60);
  return Duration.minutes(Math.max(5, minutes));
}
