import { Duration, Validations } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { resourceName, type Stage } from './stage.ts';

interface QueueProps {
  readonly stage: Stage;
  /** Such as `ticket-created`; the queue's name carries the stage as well. */
  readonly name: string;
  /** What an on-call reader is told: who does not get what, in one sentence. */
  readonly consequence: string;
  readonly alarmTopic: ITopic;
}

/** A queue that nothing drains: it holds what needs a person, and says so. */
export class HoldingQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: QueueProps & { readonly alarmAt?: number }) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      queueName: resourceName(props.stage, props.name),
      retentionPeriod: Duration.days(14),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    alarm(
      this,
      'NotEmpty',
      props,
      this.queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }),
      {
        threshold: props.alarmAt ?? 1,
        cause: `${this.queue.queueName} holds messages`,
      },
    );
    Validations.of(this.queue).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SQS3',
      reason: 'Nothing drains this queue, so nothing can fail to: it is where messages wait for a person.',
    });
  }
}

/** How long an outage of ours may last before messages that nobody could process end in the dead-letter queue. */
const toleratedOutage = Duration.hours(6);

/** SQS' highest maxReceiveCount. */
const maxReceives = 1_000;

/** A queue that a function drains. It cannot exist without a dead-letter queue, its alarms and their sentence. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: QueueProps & { readonly consumerTimeout: Duration }) {
    super(scope, id);
    const name = `${props.name}-dlq`;
    this.deadLetters = new HoldingQueue(this, 'DeadLetters', { ...props, name }).queue;
    // AWS' advice for queues that feed a function: batches that were throttled must not become visible too early.
    const visibilityTimeout = Duration.seconds(
      Math.max(6 * props.consumerTimeout.toSeconds(), Math.ceil(toleratedOutage.toSeconds() / maxReceives)),
    );
    this.queue = new Queue(this, 'Queue', {
      queueName: resourceName(props.stage, props.name),
      visibilityTimeout,
      retentionPeriod: Duration.days(4),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      deadLetterQueue: {
        queue: this.deadLetters,
        maxReceiveCount: Math.ceil(toleratedOutage.toSeconds() / visibilityTimeout.toSeconds()),
      },
    });
    alarm(this, 'Stuck', props, this.queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum' }), {
      // Above the longest delay that a message may have been sent with.
      threshold: Duration.minutes(30).toSeconds(),
      cause: `${this.queue.queueName} is not drained`,
    });
  }
}

function alarm(
  queue: Construct,
  id: string,
  { consequence, alarmTopic }: QueueProps,
  metric: IMetric,
  { threshold, cause }: { threshold: number; cause: string },
): void {
  new Alarm(queue, id, {
    alarmDescription: `${cause}: ${consequence}. See docs/runbook.md.`,
    metric,
    threshold,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  }).addAlarmAction(new SnsAction(alarmTopic));
}
