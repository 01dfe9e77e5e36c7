import type { Duration } from 'aws-cdk-lib';
import { EventBus, type EventPattern, Match, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { AccountRootPrincipal, ArnPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { eventCatalog, eventSource, eventTypes } from '../core/events/event-catalog.ts';
import { HoldingQueue, WorkQueue } from './queues.ts';
import { resourceName, type Stage } from './stage.ts';
import { UnroutedLog } from './unrouted-log.ts';

interface EventRoutingProps {
  readonly stage: Stage;
  readonly alarmTopic: ITopic;
  readonly consumerTimeout: Duration;
}

/** The event bus, with a rule and a queue for each entry of the catalog. */
export class EventRouting extends Construct {
  readonly bus: EventBus;
  readonly queues: readonly WorkQueue[];
  readonly #undeliverable: IQueue;

  constructor(scope: Construct, id: string, props: EventRoutingProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', { eventBusName: resourceName(props.stage, 'events') });
    this.#allowPublisher(props.stage);
    this.#undeliverable = new HoldingQueue(this, 'Undeliverable', {
      ...props,
      name: 'rule-targets-dlq',
      consequence:
        'published events did not reach their queue, so account owners do not receive callbacks for them',
    }).queue;

    this.queues = eventCatalog.map(({ type, name }) => {
      const work = new WorkQueue(this, pascalCase(type), {
        ...props,
        name: type.replaceAll('.', '-'),
        consequence: `account owners do not receive ${type} callbacks`,
      });
      this.#route(`${pascalCase(type)}Rule`, `${name}: ${type}`, { detailType: [type] }, work.queue);
      return work;
    });

    this.#routeTheRest(props);
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
    const source = Match.anythingBut(eventSource);
    const detailType = Match.anythingBut(...eventTypes);
    const rules = [
      this.#route('UnroutedRule', 'Types outside the catalog', { detailType }, queue),
      this.#route('UnroutedSourceRule', 'Sources other than the helpdesk', { source }, queue),
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
    // Fair queues: one account's flood does not hold up the others.
    rule.addTarget(
      new SqsQueue(queue, { messageGroupId: '$.detail.accountId', deadLetterQueue: this.#undeliverable }),
    );
    return rule;
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

/** `ticket.created` -> `TicketCreated` */
function pascalCase(type: string): string {
  return type.replaceAll(/(?:^|[._-])([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
