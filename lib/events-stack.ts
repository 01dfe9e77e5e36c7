import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { EventTypeEntry } from './event-queues.ts';
import { EventRouting } from './event-routing.ts';
import type { Stage } from './stage.ts';

export interface EventsStackProps extends StackProps {
  readonly stage: Stage;
  readonly catalog: readonly EventTypeEntry[];
  readonly alarmTopic: ITopic;
}

/**
 * From the event bus to the queues of the dispatcher. It is the stack that grows with the event catalog, by seven resources a
 * type, and exports nothing to the other stacks.
 */
export class EventsStack extends Stack {
  constructor(scope: Construct, id: string, { stage, catalog, alarmTopic, ...props }: EventsStackProps) {
    super(scope, id, props);
    const { bus } = new EventRouting(this, 'Events', {
      stage,
      catalog,
      alarmTopic,
      consumerTimeout: Duration.seconds(stage.dispatcherTimeoutSeconds),
    });
    new CfnOutput(this, 'EventBusName', { value: bus.eventBusName });
    // A publisher in another AWS account names the bus by its ARN.
    new CfnOutput(this, 'EventBusArn', { value: bus.eventBusArn });
  }
}
