import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import type { DataStack } from './data-stack.ts';
import { createDeliverer, createDispatcher } from './delivery-functions.ts';
import { EventRouting } from './event-routing.ts';
import { HoldingQueue, WorkQueue } from './queues.ts';
import type { Stage } from './stage.ts';

export interface DeliveryStackProps extends StackProps {
  readonly stage: Stage;
  readonly data: DataStack;
}

/** From the event bus to the callback. */
export class DeliveryStack extends Stack {
  constructor(scope: Construct, id: string, { stage, data, ...props }: DeliveryStackProps) {
    super(scope, id, props);
    const { alarmTopic } = data;
    const dispatcherTimeout = Duration.seconds(30);
    const delivererTimeout = Duration.seconds(stage.delivererTimeoutSeconds);

    const routing = new EventRouting(this, 'Events', {
      stage,
      alarmTopic,
      consumerTimeout: dispatcherTimeout,
    });
    const deliveries = new WorkQueue(this, 'Deliveries', {
      stage,
      alarmTopic,
      name: 'deliveries',
      consequence: 'account owners do not receive callbacks',
      consumerTimeout: delivererTimeout,
    });
    const retries = new WorkQueue(this, 'Retries', {
      stage,
      alarmTopic,
      name: 'retries',
      consequence: 'callbacks that failed once are retried late, by the due index alone',
      consumerTimeout: delivererTimeout,
    });
    const exhausted = new HoldingQueue(this, 'Exhausted', {
      stage,
      alarmTopic,
      name: 'exhausted-deliveries',
      consequence: 'account owners lost callbacks because their receivers failed at every attempt',
      // A dead receiver is its owner's matter; this many are a sign of something of ours.
      alarmAt: 1_000,
    });

    const queues = { deliveries: deliveries.queue, retries: retries.queue, exhausted: exhausted.queue };
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
    for (const queue of [queues.deliveries, queues.retries])
      deliverer.addEventSource(new SqsEventSource(queue, batches));

    new CfnOutput(this, 'EventBusName', { value: routing.bus.eventBusName });
  }
}
