import type { App } from 'aws-cdk-lib';
import { eventCatalog } from '../core/events/event-catalog.ts';
import { ApiStack } from './api-stack.ts';
import { DataStack } from './data-stack.ts';
import { DeliveryStack } from './delivery-stack.ts';
import type { EventTypeEntry } from './event-queues.ts';
import { EventsStack } from './events-stack.ts';
import { readStage } from './stage.ts';

export interface StackOptions {
  /** The event types to route. */
  readonly catalog?: readonly EventTypeEntry[];
  /** Holds a file for each stage. */
  readonly stagesFolder?: string;
}

/** The four stacks of one stage, for the account and region to which the CDK CLI deploys. */
export function createStacks(app: App, { catalog = eventCatalog, stagesFolder }: StackOptions = {}) {
  const stage = readStage(app.node, stagesFolder);
  const name = (part: string) => `IomnihubWebhooks-${stage.stage}-${part}`;

  const data = new DataStack(app, name('Data'), {
    description: 'iOmniHub webhooks: table, keys, alarm topic',
    terminationProtection: stage.protectData,
    stage,
  });
  const events = new EventsStack(app, name('Events'), {
    description: 'iOmniHub webhooks: event bus, a rule and a queue for each event type',
    // Its queues may hold messages that are nowhere else. They are not retained by themselves, because their names are
    // fixed: a stage that is made again could not have them.
    terminationProtection: stage.protectData,
    stage,
    catalog,
    alarmTopic: data.alarmTopic,
  });
  const delivery = new DeliveryStack(app, name('Delivery'), {
    description: 'iOmniHub webhooks: dispatcher, delivery queues, deliverer, sweeper',
    terminationProtection: stage.protectData,
    stage,
    catalog,
    data,
  });
  // It finds the queues by their names, so CDK sees no reference.
  delivery.addStackDependency(events);
  const api = new ApiStack(app, name('Api'), {
    description: 'iOmniHub webhooks: HTTP API',
    stage,
    data,
    retries: delivery.retries,
  });
  return { data, events, delivery, api };
}
