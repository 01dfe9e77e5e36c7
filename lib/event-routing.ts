import { type Duration, Stack } from 'aws-cdk-lib';
import { EventBus, type EventPattern, type IRuleTarget, Match, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { AccountRootPrincipal, ArnPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { eventSource } from '../core/events/event-catalog.ts';
import { operationalSource } from '../core/events/operational-events.ts';
import {
  busNameOf,
  constructIdOf,
  type EventTypeEntry,
  operationalQueue,
  queueNameOf,
} from './event-queues.ts';
import { HoldingQueue, WorkQueue } from './queues.ts';
import { resourceName, type Stage } from './stage.ts';
import { UnroutedLog } from './unrouted-log.ts';

interface EventRoutingProps {
  readonly stage: Stage;
  readonly catalog: readonly EventTypeEntry[];
  readonly alarmTopic: ITopic;
  readonly consumerTimeout: Duration;
}

/** The event bus, with a rule and a queue for each entry of the catalog, and one for the events about webhooks. */
export class EventRouting extends Construct {
  readonly bus: EventBus;
  readonly #undeliverable: IQueue;

  constructor(scope: Construct, id: string, props: EventRoutingProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', { eventBusName: busNameOf(props.stage) });
    this.#allowPublisher(props.stage);
    this.#undeliverable = this.#createUndeliverable(props);

    for (const { type, name } of props.catalog) {
      const { queue } = new WorkQueue(this, constructIdOf(type), {
        ...props,
        name: queueNameOf(type),
        consequence: `account owners do not receive ${type} callbacks`,
      });
      this.#route(`${constructIdOf(type)}Rule`, `${name}: ${type}`, { detailType: [type] }, queue);
    }

    this.#routeOperational(props);
    this.#routeTheRest(props);
  }

  /** By their source alone: a type that the dispatcher does not know ends in its dead-letter queue, with an alarm. */
  #routeOperational(props: EventRoutingProps): void {
    const { queue } = new WorkQueue(this, 'Operational', {
      ...props,
      name: operationalQueue,
      consequence:
        'account owners are not told what happens to their webhooks, in callbacks that they asked for',
    });
    const source = [operationalSource];
    this.#route('OperationalRule', 'Events about webhooks themselves', { source }, queue);
  }

  /** One queue for what no rule of the bus could hand over. */
  #createUndeliverable(props: EventRoutingProps): IQueue {
    const { queue } = new HoldingQueue(this, 'Undeliverable', {
      ...props,
      name: 'rule-targets-dlq',
      consequence:
        'published events did not reach their queue, so account owners do not receive callbacks for them',
    });
    const rulesOfTheBus = Stack.of(this).formatArn({
      service: 'events',
      resource: 'rule',
      resourceName: `${resourceName(props.stage, 'events')}/*`,
    });
    // One statement for all rules: the policy of a queue has no room for more than 20.
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
    queue.addToResourcePolicy(
      new PolicyStatement({
        sid: 'rules',
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        conditions: { ArnLike: { 'aws:SourceArn': rulesOfTheBus } },
      }),
    );
    return queue;
  }

  /** Without these two rules, an event that the catalog's rules do not take would vanish without a trace. */
  #routeTheRest(props: EventRoutingProps): void {
    const { queue } = new HoldingQueue(this, 'Unrouted', {
      ...props,
      name: 'unrouted',
      consequence:
        'the helpdesk publishes events with a type or source that the catalog lacks, and nobody receives them',
    });
    const log = new UnroutedLog(this, 'UnroutedLog', props.stage);
    const source = Match.anythingBut(eventSource, operationalSource);
    const detailType = Match.anythingBut(...props.catalog.map(({ type }) => type));
    const rules = [
      this.#route('UnroutedRule', 'Types outside the catalog', { detailType }, queue),
      this.#route('UnroutedSourceRule', 'Sources that nobody knows', { source }, queue),
    ];
    for (const rule of rules) rule.addTarget(log.targetFor(this.#undeliverable));
    log.allow(rules);
  }

  #route(id: string, description: string, pattern: EventPattern, queue: IQueue): Rule {
    const rule = new Rule(this, id, {
      eventBus: this.bus,
      description,
      eventPattern: { source: [eventSource], ...pattern },
    });
    rule.addTarget(this.#targetFor(queue));
    return rule;
  }

  #targetFor(queue: IQueue): IRuleTarget {
    // Fair queues: one account's flood does not hold up the others.
    const target = new SqsQueue(queue, { messageGroupId: '$.detail.accountId' });
    const deadLetterConfig = { arn: this.#undeliverable.queueArn };
    // Given as a queue, CDK would add a statement to its policy for each rule.
    return { bind: (rule) => ({ ...target.bind(rule), deadLetterConfig }) };
  }

  /**
   * A principal of this account only needs its own policy. For a principal of another account, the bus has to allow
   * it too.
   */
  #allowPublisher({ publisherPrincipalArn }: Stage): void {
    const principal = publisherPrincipalArn
      ? new ArnPrincipal(publisherPrincipalArn)
      : new AccountRootPrincipal();
    this.bus.addToResourcePolicy(
      new PolicyStatement({
        sid: 'publisher',
        principals: [principal],
        actions: ['events:PutEvents'],
        resources: [this.bus.eventBusArn],
        conditions: { StringEquals: { 'events:source': eventSource } },
      }),
    );
  }
}
