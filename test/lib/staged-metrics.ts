import type { ResourceProperties } from './resource-properties.ts';

type Alarm = ResourceProperties['AWS::CloudWatch::Alarm'];

/** What CloudWatch knows of one metric: its value in each minute, undefined where there is none. */
export interface StagedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly minutes: readonly (number | undefined)[];
}

const statistics: Record<string, (values: readonly number[]) => number> = {
  Sum: (values) => values.reduce((sum, value) => sum + value, 0),
  Maximum: (values) => Math.max(...values),
};

const comparisons: Record<string, (value: number, threshold: number) => boolean> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
};

/** Is the alarm raised at the end of any of the metric's whole periods? */
export function isRaised(alarm: Alarm, metric: StagedMetric): boolean {
  return statesOf(alarm, metric).includes(true);
}

/**
 * Whether the alarm is raised at the end of each of the metric's whole periods. Throws for what no alarm of ours uses, such as
 * another statistic. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */
export function statesOf(alarm: Alarm, metric: StagedMetric): boolean[] {
  const {
    EvaluationPeriods,
    DatapointsToAlarm,
    Period,
    Statistic = '',
    ComparisonOperator,
    Threshold,
  } = alarm;
  const measure = statistics[Statistic];
  const compare = comparisons[ComparisonOperator];
  if (DatapointsToAlarm !== undefined || !Period || !measure || !compare || Threshold === undefined)
    throw new Error(`these stages know no such alarm: ${JSON.stringify(alarm)}`);
  const minutes = watches(alarm, metric) ? metric.minutes : metric.minutes.map(() => undefined);
  const perPeriod = Period / 60;
  const periods = Array.from({ length: Math.floor(minutes.length / perPeriod) }, (_, index) => {
    const values = minutes
      .slice(index * perPeriod, (index + 1) * perPeriod)
      .filter((value) => value !== undefined);
    return values.length > 0 ? compare(measure(values), Threshold) : missing(alarm);
  });
  if (periods.length === 0) throw new Error(`${minutes.length} minutes hold no period of ${Period} s`);

  let isBad = false;
  return periods.map((_, index) => {
    const evaluated = periods.slice(Math.max(0, index + 1 - EvaluationPeriods), index + 1);
    // Of a metric that sleeps, only what it says counts.
    if (!evaluated.every((one) => one === undefined))
      isBad = evaluated.length === EvaluationPeriods && evaluated.every((one) => one !== false);
    return isBad;
  });
}

/** What a period without data counts as; undefined if the alarm stays as it is. */
function missing({ TreatMissingData }: Alarm): boolean | undefined {
  if (TreatMissingData === 'ignore') return undefined;
  return TreatMissingData === 'breaching';
}

function watches({ Namespace, MetricName, Dimensions = [] }: Alarm, metric: StagedMetric): boolean {
  const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
  const names = new Set([...Object.keys(dimensions), ...Object.keys(metric.dimensions)]);
  return (
    Namespace === metric.namespace &&
    MetricName === metric.name &&
    [...names].every((name) => dimensions[name] === metric.dimensions[name])
  );
}
