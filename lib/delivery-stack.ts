import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { MetricName } from '../core/telemetry.ts';
import type { DataStack } from './data-stack.ts';
import { createDeliverer, createDispatcher } from './delivery-functions.ts';
import { createDeliveryQueues } from './delivery-queues.ts';
import { deployedCommit } from './deployed-commit.ts';
import { type EventTypeEntry, findEventBus, findEventQueue, operationalQueue } from './event-queues.ts';
import { addFaultAlarms } from './fault-alarms.ts';
import { keepNoticesOurs } from './notices.ts';
import { metricsNamespace, type Stage } from './stage.ts';
import { Sweeping } from './sweeping.ts';

export interface DeliveryStackProps extends StackProps {
  readonly stage: Stage;
  readonly catalog: readonly EventTypeEntry[];
  readonly data: DataStack;
}

/** Everything from the queues of the event types to the callback. */
export class DeliveryStack extends Stack {
  readonly retries: IQueue;

  constructor(scope: Construct, id: string, { stage, catalog, data, ...props }: DeliveryStackProps) {
    super(scope, id, props);
    const { alarmTopic } = data;
    const dispatcherTimeout = Duration.seconds(stage.dispatcherTimeoutSeconds);
    const delivererTimeout = Duration.seconds(stage.delivererTimeoutSeconds);

    const bus = findEventBus(this, stage);
    const typeQueues = catalog.map(({ type }) => findEventQueue(this, stage, type));
    const operational = findEventQueue(this, stage, operationalQueue);
    const { deliveries, retries, exhausted } = createDeliveryQueues(this, {
      stage,
      alarmTopic,
      consumerTimeout: delivererTimeout,
    });

    const queues = { deliveries: deliveries.queue, retries: retries.queue, exhausted: exhausted.queue };
    this.retries = queues.retries;
    const dispatcher = createDispatcher(this, {
      stage,
      data,
      queues,
      bus,
      deadLetters: [...typeQueues, operational].map(({ deadLetters }) => deadLetters),
      timeout: dispatcherTimeout,
    });
    const deliverer = createDeliverer(this, {
      stage,
      data,
      queues,
      deadLetters: [deliveries.deadLetters, retries.deadLetters],
      timeout: delivererTimeout,
    });

    // Neither a burst of events nor receivers that do not answer may use up the concurrency of the whole AWS account: the API
    // and its authorizer need some of it.
    const batches = { batchSize: 10, reportBatchItemFailures: true };
    const share = shareOf(stage.maxDispatchers - minConcurrency, catalog.length);
    for (const { queue } of typeQueues)
      dispatcher.lambda.addEventSource(new SqsEventSource(queue, { ...batches, maxConcurrency: share }));
    const few = { ...batches, maxConcurrency: minConcurrency };
    dispatcher.lambda.addEventSource(new SqsEventSource(operational.queue, few));
    const deliverers = { ...batches, maxConcurrency: stage.maxDeliverers };
    for (const queue of [queues.deliveries, queues.retries])
      deliverer.addEventSource(new SqsEventSource(queue, deliverers));

    const { sweeper } = new Sweeping(this, 'Sweeping', { stage, data, queues, bus });
    keepNoticesOurs(this, bus, [dispatcher, sweeper]);
    addFaultAlarms(
      this,
      'FaultsOfOurs',
      { stage, consequence: 'events or callbacks are late because of faults of ours', alarmTopic },
      new Metric({
        namespace: metricsNamespace(stage),
        metricName: 'FaultsOfOurs' satisfies MetricName,
        statistic: 'Sum',
        dimensionsMap: { service: 'webhooks' },
      }),
      { cause: 'Functions report faults', burst: 10 },
    );

    new CfnOutput(this, 'Commit', { value: deployedCommit() });
    new CfnOutput(this, 'RetentionDays', { value: String(stage.retentionDays) });
    new CfnOutput(this, 'RetryScheduleSeconds', { value: stage.retryScheduleSeconds.join(',') });
  }
}

/** The least that Lambda takes for one event source mapping. */
const minConcurrency = 2;

/** What each of several event source mappings may have, so that their sum stays below `total` if it can. */
function shareOf(total: number, mappings: number): number {
  return Math.max(minConcurrency, Math.floor(total / mappings));
}
