import { Duration, Validations } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type AlarmText, addAlarm } from './alarms.ts';
import { resourceName, type Stage } from './stage.ts';

/**
 * In bytes. The highest that SQS takes: an event may be as large, and comes with the envelope of EventBridge.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
const maxMessageSizeBytes = 1_024 * 1_024;

interface QueueProps extends AlarmText {
  readonly stage: Stage;
  /** Such as `ticket-created`. The queue's name contains the stage as well. */
  readonly name: string;
}

// SQS stops reporting on a queue that nothing has touched for six hours, whether it holds messages or not. That is why no
// alarm of a queue returns to OK for want of data.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/monitoring-using-cloudwatch.html

/** A queue that no function drains. It holds messages that need a person, and raises an alarm. */
export class HoldingQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: QueueProps & { readonly alarmAt?: number }) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      queueName: resourceName(props.stage, props.name),
      retentionPeriod: Duration.days(14),
      maxMessageSizeBytes,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    addAlarm(
      this,
      'NotEmpty',
      props,
      this.queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }),
      {
        threshold: props.alarmAt ?? 1,
        cause: `${this.queue.queueName} holds messages`,
        sleeps: true,
      },
    );
    Validations.of(this.queue).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SQS3',
      reason:
        'Messages wait here for a person. No function drains this queue, so it needs no dead-letter queue.',
    });
  }
}

/** How long an outage of ours may last before unprocessed messages go to the dead-letter queue. */
const toleratedOutage = Duration.hours(6);

/** The highest maxReceiveCount of SQS. */
const maxReceives = 1_000;

/**
 * How long a message stays hidden once a function has received it. AWS recommends six times the function's timeout: a
 * throttled batch must not become visible too early.
 */
export function visibilityTimeoutFor(consumerTimeout: Duration): Duration {
  return Duration.seconds(
    Math.max(6 * consumerTimeout.toSeconds(), Math.ceil(toleratedOutage.toSeconds() / maxReceives)),
  );
}

/** The name of the queue for what could not be processed, from the name of the queue that it was in. */
export function deadLettersOf(name: string): string {
  return `${name}-dlq`;
}

/** A queue that a function drains. It cannot exist without a dead-letter queue, its alarms and their sentence. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: QueueProps & { readonly consumerTimeout: Duration }) {
    super(scope, id);
    const name = deadLettersOf(props.name);
    this.deadLetters = new HoldingQueue(this, 'DeadLetters', { ...props, name }).queue;
    const visibilityTimeout = visibilityTimeoutFor(props.consumerTimeout);
    this.queue = new Queue(this, 'Queue', {
      queueName: resourceName(props.stage, props.name),
      visibilityTimeout,
      retentionPeriod: Duration.days(4),
      maxMessageSizeBytes,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      deadLetterQueue: {
        queue: this.deadLetters,
        maxReceiveCount: Math.ceil(toleratedOutage.toSeconds() / visibilityTimeout.toSeconds()),
      },
    });
    addAlarm(this, 'Stuck', props, this.queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum' }), {
      // Longer than the longest delay with which a message can be sent.
      threshold: Duration.minutes(30).toSeconds(),
      cause: `${this.queue.queueName} is not drained`,
      // Nothing touches the queue while its event source mapping is disabled.
      sleeps: true,
    });
  }
}
