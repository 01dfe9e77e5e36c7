import type { App } from 'aws-cdk-lib';
import { ApiStack } from './api-stack.ts';
import { DataStack } from './data-stack.ts';
import { DeliveryStack } from './delivery-stack.ts';
import { readStage } from './stage.ts';

/**
 * The three stacks of one stage, for the account and region to which the CDK CLI deploys. `stagesFolder` holds a file for
 * each stage.
 */
export function createStacks(app: App, stagesFolder?: string) {
  const stage = readStage(app.node, stagesFolder);
  const name = (part: string) => `IomnihubWebhooks-${stage.stage}-${part}`;

  const data = new DataStack(app, name('Data'), {
    description: 'iOmniHub webhooks: table, keys, alarm topic',
    stage,
  });
  const delivery = new DeliveryStack(app, name('Delivery'), {
    description: 'iOmniHub webhooks: event bus, queues, dispatcher, deliverer',
    // Its queues may hold messages that are nowhere else.
    terminationProtection: stage.protectData,
    stage,
    data,
  });
  const api = new ApiStack(app, name('Api'), {
    description: 'iOmniHub webhooks: HTTP API',
    stage,
    data,
    retries: delivery.retries,
    bus: delivery.bus,
  });
  return { data, delivery, api };
}
