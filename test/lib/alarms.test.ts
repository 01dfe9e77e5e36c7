import { afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { eventTypes } from '../../core/events/event-catalog.ts';
import { createTelemetry } from '../../functions/telemetry.ts';
import { isRaised, type StagedMetric, statesOf } from './staged-metrics.ts';
import { type Resource, synthesize, type Template } from './synthesized-template.ts';

type Alarm = Resource<'AWS::CloudWatch::Alarm'>;

let template: Template;
beforeAll(async () => {
  template = await synthesize();
});

const eventQueues = eventTypes.map((type) => type.replaceAll('.', '-'));
const workQueues = [...eventQueues, 'operational', 'deliveries', 'retries'];
const holdingQueues = [...workQueues.map((name) => `${name}-dlq`), 'unrouted', 'rule-targets-dlq'];
const exhausted = 'exhausted-deliveries';
const functions = ['Dispatcher', 'Deliverer', 'SweepingSweeper', 'Api', 'Authorizer'];
const metricsNamespace = 'iomnihub-webhooks-dev-metrics';

const quiet = { EvaluationPeriods: 1, TreatMissingData: 'notBreaching' };
/** SQS falls silent about a queue that nothing has touched for six hours. */
const sleeps = { EvaluationPeriods: 1, TreatMissingData: 'ignore' };
const atOrAbove = 'GreaterThanOrEqualToThreshold';
const holds = (threshold: number) => ({
  ...sleeps,
  Namespace: 'AWS/SQS',
  MetricName: 'ApproximateNumberOfMessagesVisible',
  Statistic: 'Maximum',
  Period: 300,
  ComparisonOperator: atOrAbove,
  Threshold: threshold,
});
const isStuck = {
  ...holds(1_800),
  MetricName: 'ApproximateAgeOfOldestMessage',
};
const crashes = {
  ...quiet,
  Namespace: 'AWS/Lambda',
  MetricName: 'Errors',
  Statistic: 'Sum',
  Period: 600,
  ComparisonOperator: atOrAbove,
  Threshold: 5,
};
const isSilent = {
  ...crashes,
  MetricName: 'Invocations',
  Period: 300,
  ComparisonOperator: 'LessThanThreshold',
  Threshold: 1,
  TreatMissingData: 'breaching',
};
const reportsFaults = {
  ...crashes,
  Namespace: metricsNamespace,
  MetricName: 'FaultsOfOurs',
  Period: 300,
  Threshold: 10,
};

/** Any of them, for three times as long as a message that failed may stay hidden: 270 s of the deliverer's. */
const steadily = { Period: 300, EvaluationPeriods: 3, Threshold: 1 };
const isThrottled = { ...crashes, MetricName: 'Throttles', Period: 300 };
const isTakenForLoop = { ...crashes, MetricName: 'RecursiveInvocationsDropped', Period: 300, Threshold: 1 };

/** THE list of alarms: of what, and on which condition. */
const expected: [string, object][] = [
  ...holdingQueues.map((name): [string, object] => [name, holds(1)]),
  [exhausted, holds(1_000)],
  ...workQueues.map((name): [string, object] => [name, isStuck]),
  ...functions.flatMap((name): [string, object][] => [
    [name, crashes],
    [name, { ...crashes, ...steadily }],
    [name, isThrottled],
    [name, isTakenForLoop],
  ]),
  ['SweepingSweeper', isSilent],
  ['webhooks', reportsFaults],
  ['webhooks', { ...reportsFaults, ...steadily }],
];

/** The queue, function or service that an alarm is about. */
function subjectOf({ properties: { Dimensions = [] } }: Alarm): string {
  const [{ Name, Value } = { Name: 'none', Value: '' }, ...more] = Dimensions;
  expect(more).toEqual([]);
  if (Name === 'QueueName') {
    const { QueueName } = template.get('AWS::SQS::Queue', Value.replace(/\.QueueName$/, '')).properties;
    return QueueName.replace('iomnihub-webhooks-dev-', '');
  }
  if (Name === 'FunctionName')
    return template.get('AWS::Lambda::Function', Value).ref.replace(/^\w+\.(\w+)Function[0-9A-F]{8}$/, '$1');
  expect(Name).toBe('service');
  return Value;
}

function conditionOf({ properties }: Alarm) {
  const { AlarmActions: _a, AlarmDescription: _b, Dimensions: _c, ...condition } = properties;
  return condition;
}

test('every alarm watches one thing on one condition, and none is missing', () => {
  const found = template
    .of('AWS::CloudWatch::Alarm')
    .map((alarm): [string, object] => [subjectOf(alarm), conditionOf(alarm)]);

  const sorted = (list: readonly [string, object][]) =>
    list.map((entry) => JSON.stringify(normal(entry))).toSorted();
  expect(sorted(found)).toEqual(sorted(expected));
});

function normal([subject, condition]: [string, object]): unknown[] {
  return [subject, Object.entries(condition).toSorted(([a], [b]) => (a < b ? -1 : 1))];
}

/** The alarms that watch a metric, each with the metric as CloudWatch would hold it. */
function staged(
  metricName: string,
  minutes: StagedMetric['minutes'],
  isMeant: (subject: string) => boolean = (subject) => subject !== exhausted,
) {
  const alarms = template
    .of('AWS::CloudWatch::Alarm')
    .filter(({ properties }) => properties.MetricName === metricName)
    .filter((alarm) => isMeant(subjectOf(alarm)));
  expect(alarms).not.toEqual([]);
  return alarms.map(({ properties }) => {
    const { Namespace = '', Dimensions = [] } = properties;
    const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
    return { properties, metric: { namespace: Namespace, name: metricName, dimensions, minutes } };
  });
}

const none = (minutes: number) => Array.from({ length: minutes }, () => undefined);
const each = (minutes: number, value: number) => Array.from({ length: minutes }, () => value);

describe('on staged data', () => {
  const visible = 'ApproximateNumberOfMessagesVisible';
  const age = 'ApproximateAgeOfOldestMessage';
  const loops = 'RecursiveInvocationsDropped';

  test.each<[string, string, StagedMetric['minutes'], boolean]>([
    ['a queue for people that is empty', visible, each(5, 0), false],
    ['a queue for people of which nothing is known', visible, none(5), false],
    ['one message, seen in one minute of five', visible, [0, 0, 1, 0, 0], true],
    ['a message that stays', visible, each(5, 1), true],
    ['a message that has waited for less than half an hour', age, each(5, 1_799), false],
    ['a message that has waited for half an hour', age, [0, 0, 0, 0, 1_800], true],
    ['a queue without a message', age, none(5), false],
    ['a sweep each minute', 'Invocations', each(5, 1), false],
    ['one sweep in five minutes', 'Invocations', [undefined, undefined, 1, undefined, undefined], false],
    ['no sweep in five minutes', 'Invocations', none(5), true],
    ['no sweep in the second five minutes', 'Invocations', [...each(5, 1), ...none(5)], true],
    ['four calls that were refused in five minutes', 'Throttles', [4, ...none(4)], false],
    ['five calls that were refused, one a minute', 'Throttles', each(5, 1), true],
    ['four refused calls in each of two periods', 'Throttles', [4, ...none(4), 4, ...none(4)], false],
    ['no refused call', 'Throttles', none(5), false],
    ['one chain that was cut', loops, [undefined, 1, ...none(3)], true],
    ['no chain that was cut', loops, none(5), false],
  ])('%s', (_, metricName, minutes, raised) => {
    for (const { properties, metric } of staged(metricName, minutes))
      expect([properties.AlarmDescription, isRaised(properties, metric)]).toEqual([
        properties.AlarmDescription,
        raised,
      ]);
  });

  const once = [1, ...none(14)];

  test.each<[string, string, StagedMetric['minutes'], boolean]>([
    ['four crashes in ten minutes', 'Errors', [1, 1, 0, 0, 0, 0, 0, 0, 1, 1, ...none(5)], false],
    [
      'five crashes in ten minutes, one at a time',
      'Errors',
      [1, 0, 1, 0, 1, 0, 1, 0, 1, 0, ...none(5)],
      true,
    ],
    ['five crashes at once', 'Errors', [5, ...none(14)], true],
    ['four crashes in each of two periods', 'Errors', [4, ...none(9), 4, ...none(9)], false],
    ['no call at all', 'Errors', none(15), false],
    ['one crash alone', 'Errors', once, false],
    ['a crash in each of two periods of five minutes', 'Errors', [1, ...none(4), 1, ...none(9)], false],
    ['a crash in each of three periods of five minutes', 'Errors', [1, ...none(4), 1, ...none(8), 1], true],
    ['nine faults in five minutes', 'FaultsOfOurs', [9, ...none(14)], false],
    ['ten faults in five minutes', 'FaultsOfOurs', [...each(5, 2), ...none(10)], true],
    ['nine faults in each of two periods', 'FaultsOfOurs', [9, ...none(4), 9, ...none(9)], false],
    ['no fault', 'FaultsOfOurs', none(15), false],
    ['one fault alone', 'FaultsOfOurs', once, false],
    ['a fault in each of two periods', 'FaultsOfOurs', [1, ...none(4), 1, ...none(9)], false],
    ['a fault in each of three periods', 'FaultsOfOurs', [1, ...none(4), 1, ...none(8), 1], true],
    [
      'a fault in the first, second and fourth period',
      'FaultsOfOurs',
      [1, ...none(4), 1, ...none(9), 1, ...none(4)],
      false,
    ],
    ['an event that fails each time it comes back', 'FaultsOfOurs', comesBackEvery(3), true],
    ['a delivery that fails each time it comes back', 'FaultsOfOurs', comesBackEvery(4.5), true],
  ])('%s: at once or steadily', (_, metricName, minutes, raised) => {
    const bySubject = Map.groupBy(staged(metricName, minutes), ({ metric }) =>
      JSON.stringify(metric.dimensions),
    );
    for (const alarms of bySubject.values()) {
      expect(alarms).toHaveLength(2);
      expect(alarms.some(({ properties, metric }) => isRaised(properties, metric))).toBe(raised);
    }
  });

  /** One fault each time the visibility timeout has passed, for half an hour. */
  function comesBackEvery(minutes: number): (number | undefined)[] {
    const times = new Set(Array.from({ length: 30 }, (_, count) => Math.floor(count * minutes)));
    return Array.from({ length: 30 }, (_, minute) => (times.has(minute) ? 1 : undefined));
  }

  test.each([
    ['holds messages', visible, 1],
    ['is not drained', age, 1_800],
  ])(
    'an alarm that a queue %s outlasts the sleep of its metric, and ends with what made it',
    (_, metricName, bad) => {
      const minutes = [...each(5, bad), ...none(5), ...none(5), ...each(5, 0), ...none(5)];
      for (const { properties, metric } of staged(metricName, minutes))
        expect(statesOf(properties, metric)).toEqual([true, true, true, false, false]);
    },
  );

  test.each([
    [{}, 300],
    [{ callbackTimeoutMs: '20000' }, 420],
    [{ dispatcherTimeoutSeconds: '120' }, 780],
  ])(
    'with %j, a period of steady faults is longer than any message stays hidden',
    async (context, period) => {
      const stage = await synthesize(context);
      const steady = stage
        .of('AWS::CloudWatch::Alarm')
        .filter(({ properties }) => properties.EvaluationPeriods === 3);
      const hidden = stage.of('AWS::SQS::Queue').map(({ properties }) => properties.VisibilityTimeout ?? 0);

      expect(new Set(steady.map(({ properties }) => properties.Period))).toEqual(new Set([period]));
      expect(Math.max(...hidden)).toBeLessThan(period);
    },
  );

  test.each([
    ['999 exhausted deliveries, each minute', each(5, 999), false],
    ['1,000 exhausted deliveries, in one minute', [0, 0, 0, 0, 1_000], true],
  ])('%s', (_, minutes, raised) => {
    const alarms = staged(visible, minutes, (subject) => subject === exhausted);
    expect(alarms.map(({ properties, metric }) => isRaised(properties, metric))).toEqual([raised]);
  });

  test.each([visible, age, 'Errors', 'Throttles', loops, 'FaultsOfOurs'])(
    '%s of something else raises none',
    (metricName) => {
      for (const { properties, metric } of staged(metricName, each(15, 1e6))) {
        expect(isRaised(properties, { ...metric, dimensions: { FunctionName: 'other' } })).toBe(false);
        expect(isRaised(properties, { ...metric, namespace: 'AWS/Other' })).toBe(false);
      }
    },
  );
});

describe('the faults that functions report', () => {
  afterEach(() => {
    jest.restoreAllMocks();
    delete process.env['POWERTOOLS_DEV'];
    delete process.env['POWERTOOLS_METRICS_DISABLED'];
  });

  /** The metrics of an invocation, as CloudWatch reads them from the function's log. */
  async function metricsOf(faults: number): Promise<StagedMetric[]> {
    // Makes the library write to this process's console.
    process.env['POWERTOOLS_DEV'] = 'true';
    process.env['POWERTOOLS_METRICS_DISABLED'] = 'false';
    const lines: string[] = [];
    jest.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const [dispatcher] = template.of('AWS::Lambda::Function');
    const { telemetry, middlewares } = createTelemetry(
      dispatcher?.properties.Environment.Variables['METRICS_NAMESPACE'] ?? '',
    );
    const handler = middy(async () => {
      for (let count = 0; count < faults; count += 1) telemetry.error('sweep.failed', {});
    }).use(middlewares);
    await handler({}, {} as Context);
    return lines.flatMap((line) => {
      const record = JSON.parse(line) as Record<string, string | number[]> & { _aws: EmbeddedMetrics };
      return record._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions: [names = []], Metrics }) =>
        Metrics.map(({ Name }) => ({
          namespace: Namespace,
          name: Name,
          dimensions: Object.fromEntries(names.map((name) => [name, String(record[name])])),
          // All of one minute.
          minutes: [sumOf(record[Name]), ...none(4)],
        })),
      );
    });
  }

  /** One value, or the values of all calls. */
  function sumOf(values: string | number[] | undefined): number {
    return [values].flat().reduce((sum: number, value) => sum + Number(value), 0);
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
  interface EmbeddedMetrics {
    readonly CloudWatchMetrics: {
      readonly Namespace: string;
      readonly Dimensions: string[][];
      readonly Metrics: { readonly Name: string }[];
    }[];
  }

  test.each([
    [9, false],
    [10, true],
  ])('raise their alarm where the functions count them: %i', async (faults, raised) => {
    const [alarm] = template
      .of('AWS::CloudWatch::Alarm')
      .filter(
        ({ properties }) => properties.MetricName === 'FaultsOfOurs' && properties.EvaluationPeriods === 1,
      );
    const metrics = await metricsOf(faults);

    expect(metrics.map(({ name, minutes }) => [name, minutes[0]])).toEqual([['FaultsOfOurs', faults]]);
    expect(metrics.some((metric) => alarm && isRaised(alarm.properties, metric))).toBe(raised);
  });
});
