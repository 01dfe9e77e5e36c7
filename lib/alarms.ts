import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export interface AlarmText {
  /** What an on-call reader is told: who does not get what, in one sentence. */
  readonly consequence: string;
  readonly alarmTopic: ITopic;
}

interface AlarmCondition {
  /** What has been seen, before the colon. */
  readonly cause: string;
  readonly threshold: number;
  /** Default: at or above the threshold. */
  readonly below?: boolean;
}

/** An alarm whose text says what it means and where to read on; one that must not fall silent counts silence as bad. */
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
