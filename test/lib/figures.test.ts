import { beforeAll, describe, expect, test } from '@jest/globals';
import { eventTypes } from '../../core/events/event-catalog.ts';
import { type Resource, synthesize, type Template } from './synthesized-template.ts';

/** Figures and names in the template that nothing else derives from, each with what relies on it. */

let template: Template;
beforeAll(async () => {
  template = await synthesize();
});

test.each([
  ['Delivery.Dispatcher', 30, 512, 'the setting dispatcherTimeoutSeconds'],
  ['Delivery.Deliverer', 45, 512, 'three calls that use up their whole time'],
  [
    'Delivery.SweepingSweeper',
    50,
    1_769,
    'the next sweep begins after a minute, and a whole processor bounds it',
  ],
  ['Api.Api', 20, 512, 'an Idempotency-Key is locked for 30 s, and the gateway waits for no longer'],
  ['Api.Authorizer', 5, 512, 'the gateway waits for 10 s'],
])('%s may run for %i s with %i MB: %s', (name, timeout, memory) => {
  const found = template.of('AWS::Lambda::Function').filter(({ ref }) => ref.startsWith(`${name}Function`));

  expect(found.map(({ properties }) => properties)).toMatchObject([{ Timeout: timeout, MemorySize: memory }]);
});

test('each log is kept for a month and goes with its stack', () => {
  const groups = template.of('AWS::Logs::LogGroup');

  expect(groups.length).toBeGreaterThan(6);
  for (const group of groups) {
    expect(group.deletionPolicy).toBe('Delete');
    expect(group.properties.RetentionInDays).toBe(30);
  }
});

test('each function finds its sources in stack traces', () => {
  for (const { properties } of template.of('AWS::Lambda::Function'))
    expect(properties.Environment.Variables['NODE_OPTIONS']).toBe('--enable-source-maps');
});

test('every queue is named after the stage and what it carries', () => {
  const carried = [
    ...eventTypes.map((type) => type.replaceAll('.', '-')),
    'operational',
    'deliveries',
    'retries',
  ];
  const names = [
    ...carried,
    ...carried.map((name) => `${name}-dlq`),
    'exhausted-deliveries',
    'rule-targets-dlq',
    'unrouted',
  ];

  expect(
    template
      .of('AWS::SQS::Queue')
      .map(({ properties }) => properties.QueueName)
      .toSorted(),
  ).toEqual(names.map((name) => `iomnihub-webhooks-dev-${name}`).toSorted());
});

describe('the table', () => {
  const only = <One>(list: readonly One[]): One => {
    const [one, ...more] = list;
    if (!one || more.length > 0) throw new Error(`${list.length} instead of one`);
    return one;
  };
  const table = () => only<Resource<'AWS::DynamoDB::Table'>>(template.of('AWS::DynamoDB::Table')).properties;
  const key = (partition: string, sort: string) => [
    { AttributeName: partition, KeyType: 'HASH' },
    { AttributeName: sort, KeyType: 'RANGE' },
  ];

  test('has the keys by which the adapters read and write', () => {
    expect(table()['KeySchema']).toEqual(key('pk', 'sk'));
    expect(table()['BillingMode']).toBe('PAY_PER_REQUEST');
    expect(table()['AttributeDefinitions']).toEqual([
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
      { AttributeName: 'dueShard', AttributeType: 'N' },
      { AttributeName: 'dueAt', AttributeType: 'S' },
      { AttributeName: 'parkedOrder', AttributeType: 'S' },
      { AttributeName: 'feed', AttributeType: 'S' },
      { AttributeName: 'feedPosition', AttributeType: 'S' },
    ]);
  });

  test('has an index of what is due, one of what is parked and one of the events of an account, each with what a list shows', () => {
    expect(table()['GlobalSecondaryIndexes']).toEqual([
      {
        IndexName: 'due',
        KeySchema: key('dueShard', 'dueAt'),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
      {
        IndexName: 'parked',
        KeySchema: key('pk', 'parkedOrder'),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
      {
        IndexName: 'feed',
        KeySchema: key('feed', 'feedPosition'),
        Projection: {
          ProjectionType: 'INCLUDE',
          NonKeyAttributes: ['type', 'acceptedAt', 'recordedAt', 'isTest'],
        },
      },
    ]);
  });
});

describe('the HTTP API', () => {
  const stage = () => template.of('AWS::ApiGatewayV2::Stage').map(({ properties }) => properties)[0];

  test('takes 200 requests a second from all callers together, and 400 at once', () => {
    expect(stage()?.DefaultRouteSettings).toMatchObject({
      ThrottlingRateLimit: 200,
      ThrottlingBurstLimit: 400,
    });
  });

  test('relies on what the authorizer said for 30 seconds', () => {
    const [authorizer] = template.of('AWS::ApiGatewayV2::Authorizer');

    expect(authorizer?.properties.AuthorizerResultTtlInSeconds).toBe(30);
  });

  test('logs of a request neither its content nor its query', () => {
    const { Format = '' } = (stage()?.AccessLogSettings ?? {}) as { readonly Format?: string };

    expect(JSON.parse(Format)).toEqual({
      requestId: '$context.requestId',
      time: '$context.requestTime',
      routeKey: '$context.routeKey',
      status: '$context.status',
      latencyMs: '$context.responseLatency',
      sourceIp: '$context.identity.sourceIp',
      authorizerError: '$context.authorizer.error',
      integrationError: '$context.integrationErrorMessage',
    });
  });
});

test('a sweep that could not be started is not started again', () => {
  const targets = template
    .of('AWS::Events::Rule')
    .filter(({ properties }) => properties.ScheduleExpression)
    .flatMap(({ properties }) => properties.Targets);

  expect(targets).toMatchObject([{ RetryPolicy: { MaximumRetryAttempts: 0 } }]);
});

test('operators find by name what the runbook and the scripts look up', () => {
  const [bus] = template.of('AWS::Events::EventBus');
  const [api] = template.of('AWS::ApiGatewayV2::Api');

  expect(bus?.properties['Name']).toBe('iomnihub-webhooks-dev-events');
  expect(api?.properties['Name']).toBe('iomnihub-webhooks-dev-api');
});
