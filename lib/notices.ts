import { EventBusPolicy, type IEventBus } from 'aws-cdk-lib/aws-events';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type * as z from 'zod';
import { operationalSource } from '../core/events/operational-events.ts';
import type { WebhookFunction } from './webhook-function.ts';

type Publisher = Pick<WebhookFunction<z.ZodRawShape>, 'allowEvents' | 'lambda'>;

/** Lets a function tell owners what happens to their webhooks. It has to be named in `keepNoticesOurs` as well. */
export function allowNotices(publisher: Publisher, bus: IEventBus): void {
  publisher.allowEvents(bus, operationalSource);
}

/**
 * Nobody but these functions may publish under our source. A principal of this account needs only a policy of its own to
 * publish, so it takes a Deny to keep the others out.
 */
export function keepNoticesOurs(scope: Construct, bus: IEventBus, publishers: readonly Publisher[]): void {
  const roles = publishers.flatMap(({ lambda }) => lambda.role?.roleArn ?? []);
  const statement = new PolicyStatement({
    sid: 'notices',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['events:PutEvents'],
    resources: [bus.eventBusArn],
    conditions: {
      StringEquals: { 'events:source': operationalSource },
      ArnNotEquals: { 'aws:PrincipalArn': roles },
    },
  });
  new EventBusPolicy(scope, 'Notices', {
    eventBus: bus,
    statementId: 'notices',
    statement: statement.toStatementJson(),
  });
}
