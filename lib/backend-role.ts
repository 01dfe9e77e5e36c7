import { CfnOutput, Stack, Validations } from 'aws-cdk-lib';
import type { HttpRoute } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { ArnPrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { eventSource } from '../core/events/event-catalog.ts';

interface BackendRoleProps {
  /** The only principal that may take on the role. */
  readonly principalArn: string;
  readonly bus: IEventBus;
  /** The routes that only the backend may call. */
  readonly routes: readonly HttpRoute[];
}

/**
 * The role for a helpdesk backend in another AWS account. An HTTP API has no resource policy, so a principal of another account
 * can call it only as a role of this one.
 *
 * No external id: it protects a third party that acts for many customers from acting for the wrong one. This principal is
 * the helpdesk's own and acts for nobody else.
 */
export class BackendRole extends Construct {
  constructor(scope: Construct, id: string, { principalArn, bus, routes }: BackendRoleProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      description: 'What the helpdesk backend may do: publish events, and call the routes below /accounts',
      assumedBy: new ArnPrincipal(principalArn),
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['events:PutEvents'],
        resources: [bus.eventBusArn],
        conditions: { StringEquals: { 'events:source': eventSource } },
      }),
    );
    for (const route of routes) {
      route.grantInvoke(role);
      acknowledgeWildcards(role, route);
    }
    new CfnOutput(scope, 'BackendRoleArn', { value: role.roleArn });
  }
}

/** cdk-nag reports each ARN by itself, with a reference to a resource as `<LogicalId>`. */
function acknowledgeWildcards(role: Role, route: HttpRoute): void {
  const stack = Stack.of(role);
  const arn = (stack.resolve(route.routeArn) as { 'Fn::Join': ['', (string | { Ref: string })[]] })[
    'Fn::Join'
  ][1]
    .map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`))
    .join('');
  Validations.of(role).acknowledge({
    id: `AwsSolutions::AwsSolutions-IAM5[Resource::${arn}]`,
    reason:
      'The path of these routes has the id of an account of iOmniHub, and the backend serves all of them.',
  });
}
