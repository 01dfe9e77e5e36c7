import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export interface AlarmText {
  /** Tells the on-call reader in one sentence who does not get what. */
  readonly consequence: string;
  readonly alarmTopic: ITopic;
}

interface AlarmCondition {
  /** What was observed. It stands before the colon. */
  readonly cause: string;
  readonly threshold: number;
  /** True for an alarm below the threshold. The default is at or above it. */
  readonly below?: boolean;
  /** How many of the metric's periods, one after the other, have to be bad. One by default. */
  readonly periods?: number;
  /**
   * True for a metric that falls silent while things are as bad as before: the alarm then stays as it is. By default, missing
   * data is bad for an alarm below its threshold and good for any other.
   */
  readonly sleeps?: boolean;
}

/** An alarm whose text says what it means and where to read on. */
export function addAlarm(
  scope: Construct,
  id: string,
  { consequence, alarmTopic }: AlarmText,
  metric: IMetric,
  { cause, threshold, below = false, periods = 1, sleeps = false }: AlarmCondition,
): void {
  const missing = below ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING;
  new Alarm(scope, id, {
    alarmDescription: `${cause}: ${consequence}. See docs/runbook.md.`,
    metric,
    threshold,
    evaluationPeriods: periods,
    comparisonOperator: below
      ? ComparisonOperator.LESS_THAN_THRESHOLD
      : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: sleeps ? TreatMissingData.IGNORE : missing,
  }).addAlarmAction(new SnsAction(alarmTopic));
}
