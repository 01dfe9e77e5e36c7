import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { MetricName } from '../core/telemetry.ts';
import { addAlarm } from './alarms.ts';
import type { DataStack } from './data-stack.ts';
import { createDeliverer, createDispatcher } from './delivery-functions.ts';
import { createDeliveryQueues } from './delivery-queues.ts';
import { deployedCommit } from './deployed-commit.ts';
import { EventRouting } from './event-routing.ts';
import { metricsNamespace, type Stage } from './stage.ts';
import { Sweeping } from './sweeping.ts';

export interface DeliveryStackProps extends StackProps {
  readonly stage: Stage;
  readonly data: DataStack;
}

/** Everything from the event bus to the callback. */
export class DeliveryStack extends Stack {
  readonly retries: IQueue;
  readonly bus: IEventBus;

  constructor(scope: Construct, id: string, { stage, data, ...props }: DeliveryStackProps) {
    super(scope, id, props);
    const { alarmTopic } = data;
    const dispatcherTimeout = Duration.seconds(stage.dispatcherTimeoutSeconds);
    const delivererTimeout = Duration.seconds(stage.delivererTimeoutSeconds);

    const routing = new EventRouting(this, 'Events', {
      stage,
      alarmTopic,
      consumerTimeout: dispatcherTimeout,
    });
    this.bus = routing.bus;
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
      deadLetters: routing.queues.map(({ deadLetters }) => deadLetters),
      timeout: dispatcherTimeout,
    });
    const deliverer = createDeliverer(this, {
      stage,
      data,
      queues,
      deadLetters: [deliveries.deadLetters, retries.deadLetters],
      timeout: delivererTimeout,
    });

    const batches = { batchSize: 10, reportBatchItemFailures: true };
    for (const { queue } of routing.queues) dispatcher.addEventSource(new SqsEventSource(queue, batches));
    // Receivers that do not answer must not use up the concurrency of the whole AWS account.
    const bounded = { ...batches, maxConcurrency: stage.maxDeliverers };
    for (const queue of [queues.deliveries, queues.retries])
      deliverer.addEventSource(new SqsEventSource(queue, bounded));

    new Sweeping(this, 'Sweeping', { stage, data, queues });
    addAlarm(
      this,
      'FaultsOfOurs',
      { consequence: 'events or callbacks are late because of faults of ours', alarmTopic },
      new Metric({
        namespace: metricsNamespace(stage),
        metricName: 'FaultsOfOurs' satisfies MetricName,
        statistic: 'Sum',
        dimensionsMap: { service: 'webhooks' },
      }),
      { cause: 'Functions report faults', threshold: 10 },
    );

    new CfnOutput(this, 'EventBusName', { value: routing.bus.eventBusName });
    // A publisher in another AWS account names the bus by its ARN.
    new CfnOutput(this, 'EventBusArn', { value: routing.bus.eventBusArn });
    new CfnOutput(this, 'Commit', { value: deployedCommit() });
    new CfnOutput(this, 'RetentionDays', { value: String(stage.retentionDays) });
    new CfnOutput(this, 'RetryScheduleSeconds', { value: stage.retryScheduleSeconds.join(',') });
  }
}
