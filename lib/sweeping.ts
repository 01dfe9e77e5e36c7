import { Duration } from 'aws-cdk-lib';
import { type IEventBus, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { sweeperEnv } from '../functions/env.ts';
import { addAlarm } from './alarms.ts';
import { type DataStack, itemsOf } from './data-stack.ts';
import { commonResources, type DeliveryQueues } from './delivery-functions.ts';
import { allowNotices } from './notices.ts';
import type { Stage } from './stage.ts';
import { WebhookFunction } from './webhook-function.ts';

interface SweepingProps {
  readonly stage: Stage;
  readonly data: DataStack;
  readonly queues: DeliveryQueues;
  readonly bus: IEventBus;
}

/** Runs the sweeper every minute. It sends due deliveries to the retry queue, and lets subscriptions go on. */
export class Sweeping extends Construct {
  readonly sweeper: WebhookFunction<(typeof sweeperEnv)['resources']>;

  constructor(scope: Construct, id: string, { stage, data, queues, bus }: SweepingProps) {
    super(scope, id);
    const consequence = 'callbacks that failed are not tried again';
    const sweeper = new WebhookFunction(this, 'Sweeper', {
      consequence,
      alarmTopic: data.alarmTopic,
      entry: 'sweeper',
      description: 'Sends deliveries that are due to the retry queue, and lets subscriptions go on',
      stage,
      env: sweeperEnv,
      resources: {
        ...commonResources(stage, data),
        RETRY_QUEUE_URL: queues.retries.queueUrl,
        EVENT_BUS_NAME: bus.eventBusName,
      },
      timeout: Duration.seconds(50),
      // One whole processor, which is what bounds a sweep.
      // https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
      memoryMb: 1_769,
    });
    sweeper.allowItems(['BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'], data.table, itemsOf.accounts);
    sweeper.allowItems(['GetItem'], data.table, itemsOf.stage);
    sweeper.allowItems(['GetItem', 'UpdateItem'], data.table, itemsOf.limits);
    sweeper.allow(['dynamodb:Query'], data.dueIndexArn, data.parkedIndexArn);
    sweeper.allow(['sqs:SendMessage'], queues.retries.queueArn);
    allowNotices(sweeper, bus);

    this.sweeper = sweeper;

    new Rule(this, 'EveryMinute', {
      description: 'Starts the sweeper',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(sweeper.lambda, { retryAttempts: 0 })],
    });
    // Neither EventBridge nor Lambda needs to retry: the next minute's sweep does the same work.
    sweeper.lambda.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    addAlarm(
      this,
      'Stopped',
      { consequence, alarmTopic: data.alarmTopic },
      sweeper.lambda.metricInvocations({ period: Duration.minutes(5) }),
      { cause: 'The sweeper does not run', threshold: 1, below: true },
    );
  }
}
