import { beforeAll, expect, test } from '@jest/globals';
import { methodAndPathOf, methodsServedBy, routeKeys, routeOf } from '../../contract/routes.ts';
import { eventSource } from '../../core/events/event-catalog.ts';
import { listOf, synthesize, type Template } from './synthesized-template.ts';

/** What a stage has for a backend in another AWS account. */

const publisherPrincipalArn = 'arn:aws:iam::111122223333:role/helpdesk';

let template: Template;
beforeAll(async () => {
  template = await synthesize({ publisherPrincipalArn });
});

const backendRoles = (from = template) =>
  from.of('AWS::IAM::Role').filter(({ ref }) => ref.startsWith('Api.Backend'));
const statements = () =>
  template
    .of('AWS::IAM::Policy')
    .filter(({ properties }) => properties.Roles.includes(backendRoles()[0]?.ref ?? ''))
    .flatMap(({ properties }) => properties.PolicyDocument.Statement);

test('a role that the configured principal may take on, and nobody else', () => {
  expect(backendRoles().map(({ properties }) => properties.AssumeRolePolicyDocument.Statement)).toEqual([
    [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { AWS: publisherPrincipalArn } }],
  ]);
});

test('the role may publish events of our source on the bus, and call the routes of the backend, and nothing else', () => {
  const [bus] = template.of('AWS::Events::EventBus');
  const [api] = template.of('AWS::ApiGatewayV2::Api');
  const [publish, invoke, ...more] = statements();

  expect(more).toEqual([]);
  expect(publish).toEqual({
    Effect: 'Allow',
    Action: 'events:PutEvents',
    Resource: `arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:event-bus/${String(bus?.properties['Name'])}`,
    Condition: { StringEquals: { 'events:source': eventSource } },
  });
  expect(invoke).toMatchObject({ Effect: 'Allow', Action: 'execute-api:Invoke' });
  const start = `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:${api?.ref}/`;
  const routes = routeKeys
    .filter((routeKey) => routeOf(routeKey).access === 'iam')
    .flatMap((routeKey) => methodsServedBy(routeKey).map((method) => method + methodAndPathOf(routeKey).path))
    // The CDK ends the ARN at the first parameter of the path. No other route begins like this.
    .map((route) => `${start}*/${route.replace(/\{.*/, '*')}`);
  expect([...listOf(invoke?.Resource)].toSorted()).toEqual([...new Set(routes)].toSorted());
  expect(routes.every((route) => route.endsWith('/accounts/*'))).toBe(true);
  const others = routeKeys.filter((routeKey) => routeOf(routeKey).access !== 'iam');
  expect(others.filter((routeKey) => routeKey.includes(' /accounts/'))).toEqual([]);
});

test('no such role while the backend is in the same account', async () => {
  expect(backendRoles(await synthesize())).toEqual([]);
});

test('the outputs by which the backend finds role and bus', async () => {
  const [bus] = template.of('AWS::Events::EventBus');
  expect(template.outputs).toMatchObject({ BackendRoleArn: backendRoles()[0]?.arn, EventBusArn: bus?.arn });
  expect((await synthesize()).outputs).not.toHaveProperty('BackendRoleArn');
});
