import { Stack } from 'aws-cdk-lib';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { type IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { deadLettersOf } from './queues.ts';
import { resourceName, type Stage } from './stage.ts';

/** What the stacks have to know of an entry of the event catalog. */
export interface EventTypeEntry {
  readonly type: string;
  /** iOmniHub's own name for it. */
  readonly name: string;
}

/** The queue of the events about webhooks themselves. One is enough: a webhook rarely has any. */
export const operationalQueue = 'operational';

/** `ticket.created` -> `ticket-created`. The queue's name contains the stage as well. */
export function queueNameOf(type: string): string {
  return type.replaceAll('.', '-');
}

/** `ticket.created` -> `TicketCreated` */
export function constructIdOf(type: string): string {
  return type.replaceAll(/(?:^|[._-])([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * The queue of an event type, or of the operational ones, and its dead-letter queue, for another stack than their own. They are found by name: an export
 * for each would make CloudFormation refuse to remove an event type, and there may be no more than 200.
 */
export function findEventQueue(scope: Construct, stage: Stage, type: string) {
  const name = queueNameOf(type);
  return {
    queue: findQueue(scope, constructIdOf(type), stage, name),
    deadLetters: findQueue(scope, `${constructIdOf(type)}DeadLetters`, stage, deadLettersOf(name)),
  };
}

/** The bus, found by its name for the same reason. */
export function findEventBus(scope: Construct, stage: Stage): IEventBus {
  return EventBus.fromEventBusName(scope, 'Bus', busNameOf(stage));
}

export function busNameOf(stage: Stage): string {
  return resourceName(stage, 'events');
}

function findQueue(scope: Construct, id: string, stage: Stage, name: string): IQueue {
  const arn = Stack.of(scope).formatArn({ service: 'sqs', resource: resourceName(stage, name) });
  return Queue.fromQueueArn(scope, id, arn);
}
