import type { App } from 'aws-cdk-lib';
import { ApiStack } from './api-stack.ts';
import { DataStack } from './data-stack.ts';
import { DeliveryStack } from './delivery-stack.ts';
import { readStage } from './stage.ts';

/** The three stacks of one stage, for the account and region to which the CDK CLI deploys. */
export function createStacks(app: App) {
  const stage = readStage(app.node);
  const name = (part: string) => `IomnihubWebhooks-${stage.stage}-${part}`;

  const data = new DataStack(app, name('Data'), {
    description: 'iOmniHub webhooks: table, keys, alarm topic',
  });
  const delivery = new DeliveryStack(app, name('Delivery'), {
    description: 'iOmniHub webhooks: event bus, queues, dispatcher, deliverer',
    stage,
    data,
  });
  const api = new ApiStack(app, name('Api'), {
    description: 'iOmniHub webhooks: HTTP API',
    stage,
    data,
    retries: delivery.retries,
  });
  return { data, delivery, api };
}
