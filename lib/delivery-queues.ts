import type { Duration } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { HoldingQueue, WorkQueue } from './queues.ts';
import type { Stage } from './stage.ts';

interface DeliveryQueueProps {
  readonly stage: Stage;
  readonly alarmTopic: ITopic;
  readonly consumerTimeout: Duration;
}

/** The queues between the dispatcher, the deliverer and the sweeper. */
export function createDeliveryQueues(scope: Construct, props: DeliveryQueueProps) {
  return {
    deliveries: new WorkQueue(scope, 'Deliveries', {
      ...props,
      name: 'deliveries',
      consequence: 'account owners do not receive callbacks',
    }),
    retries: new WorkQueue(scope, 'Retries', {
      ...props,
      name: 'retries',
      consequence: 'callbacks that failed once are retried late, because only the sweeper sends them',
    }),
    exhausted: new HoldingQueue(scope, 'Exhausted', {
      ...props,
      name: 'exhausted-deliveries',
      consequence: 'account owners lost callbacks because their receivers failed at every attempt',
      // One dead receiver is its owner's problem. This many exhausted deliveries suggest a fault of ours.
      alarmAt: 1_000,
    }),
  };
}
