import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { EventField, type IRuleTarget, type Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { FilterPattern, LogGroup, MetricFilter, ResourcePolicy, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { LogName, MetricName } from '../core/telemetry.ts';
import { metricsNamespace, resourceName, type Stage } from './stage.ts';

const lineName: LogName = 'event.unrouted';

/**
 * One line for each event that no rule of the catalog takes, with its source, type and id, and a metric that counts them.
 * A line holds nothing else of the event: its detail may be confidential.
 */
export class UnroutedLog extends Construct {
  readonly #group: LogGroup;

  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id);
    this.#group = new LogGroup(this, 'Log', {
      // EventBridge writes to groups below /aws/events/ only.
      logGroupName: `/aws/events/${resourceName(stage, 'unrouted')}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new MetricFilter(this, 'Count', {
      logGroup: this.#group,
      filterPattern: FilterPattern.spaceDelimited('name', 'source', 'type', 'envelope').whereString(
        'name',
        '=',
        lineName,
      ),
      metricNamespace: metricsNamespace(stage),
      metricName: 'EventsUnrouted' satisfies MetricName,
      metricValue: '1',
      dimensions: { Source: '$source', DetailType: '$type' },
    });
  }

  /**
   * The CDK's own target for log groups comes with a function of its own, which may write any resource policy of the
   * AWS account.
   */
  targetFor(deadLetters: IQueue): IRuleTarget {
    return {
      bind: () => ({
        // Without the `:*` for its streams, which the group's own ARN ends with and EventBridge refuses.
        arn: Stack.of(this).formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: this.#group.logGroupName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
        deadLetterConfig: { arn: deadLetters.queueArn },
        input: RuleTargetInput.fromObject({
          timestamp: EventField.time,
          message: `${lineName} ${EventField.source} ${EventField.detailType} ${EventField.eventId}`,
        }),
      }),
    };
  }

  /** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-cloudwatchlogs-permissions */
  allow(rules: readonly Rule[]): void {
    const principals = ['events.amazonaws.com', 'delivery.logs.amazonaws.com'].map(
      (service) => new ServicePrincipal(service),
    );
    const write = { effect: Effect.ALLOW, principals, resources: [this.#group.logGroupArn] };
    new ResourcePolicy(this, 'Policy', {
      policyStatements: [
        new PolicyStatement({ ...write, actions: ['logs:CreateLogStream'] }),
        new PolicyStatement({
          ...write,
          actions: ['logs:PutLogEvents'],
          conditions: { ArnEquals: { 'aws:SourceArn': rules.map(({ ruleArn }) => ruleArn) } },
        }),
      ],
    });
  }
}
