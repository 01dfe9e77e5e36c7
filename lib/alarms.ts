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
}

/**
 * An alarm whose text says what it means and where to read on. Missing data counts as bad for an alarm below its
 * threshold.
 */
export function addAlarm(
  scope: Construct,
  id: string,
  { consequence, alarmTopic }: AlarmText,
  metric: IMetric,
  { cause, threshold, below = false }: AlarmCondition,
): void {
  new Alarm(scope, id, {
    alarmDescription: `${cause}: ${consequence}. See docs/runbook.md.`,
    metric,
    threshold,
    evaluationPeriods: 1,
    comparisonOperator: below
      ? ComparisonOperator.LESS_THAN_THRESHOLD
      : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: below ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
  }).addAlarmAction(new SnsAction(alarmTopic));
}
