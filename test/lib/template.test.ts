import { beforeAll, describe, expect, test } from '@jest/globals';
import type * as z from 'zod';
import * as keys from '../../adapters/dynamo-keys.ts';
import { routes as declaredRoutes, routeKeys } from '../../contract/routes.ts';
import { idempotencyLockMs } from '../../core/accounts/idempotency.ts';
import { eventCatalog, eventSource, eventTypes } from '../../core/events/event-catalog.ts';
import { operationalSource, operationalTypes } from '../../core/events/operational-events.ts';
import { type SettingName, variableOf } from '../../core/settings/setting-variables.ts';
import {
  apiEnv,
  authorizerEnv,
  delivererEnv,
  dispatcherEnv,
  type FunctionEnv,
  readEnv,
  sweeperEnv,
} from '../../functions/env.ts';
import { compilePattern } from '../../local/event-pattern.ts';
import { lineOf } from '../../local/log-target.ts';
import { acceptedAt, deliveryRef } from '../support/builders.ts';
import { listOf, type Resource, synthesize, type Template } from './synthesized-template.ts';

type Queue = Resource<'AWS::SQS::Queue'>;

/** Each function of ours by the name of its construct, with what it reads from its environment. */
const environments = {
  'Delivery.Dispatcher': dispatcherEnv,
  'Delivery.Deliverer': delivererEnv,
  'Delivery.SweepingSweeper': sweeperEnv,
  'Api.Api': apiEnv,
  'Api.Authorizer': authorizerEnv,
};
type FunctionName = keyof typeof environments;

const fourteenDays = 14 * 24 * 3600;
const queueName = (name: string) => `iomnihub-webhooks-dev-${name}`;
const busArn = `arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:event-bus/${queueName('events')}`;
const eventQueueName = (type: string) => queueName(type.replaceAll('.', '-'));

let template: Template;
beforeAll(async () => {
  template = await synthesize();
});

const queues = (from = template) => from.of('AWS::SQS::Queue');
const queueNamed = (name: string) => {
  const found = queues().find(({ properties }) => properties.QueueName === name);
  if (!found) throw new Error(`no queue is named ${name}`);
  return found;
};
/** Where EventBridge puts what it could not hand over. */
const undeliverable = () => queueNamed(queueName('rule-targets-dlq'));
const mappings = (from = template) => from.of('AWS::Lambda::EventSourceMapping');
const consumersOf = (queue: Queue, from = template) =>
  mappings(from)
    .filter(({ properties }) => properties.EventSourceArn === queue.arn)
    .map(({ properties }) => from.get('AWS::Lambda::Function', properties.FunctionName));
const alarmsOf = (queue: Queue) =>
  template
    .of('AWS::CloudWatch::Alarm')
    .filter(({ properties }) =>
      properties.Dimensions?.some(
        ({ Name, Value }) => Name === 'QueueName' && Value === `${queue.ref}.QueueName`,
      ),
    );
const policyOf = (queue: Queue) =>
  template
    .of('AWS::SQS::QueuePolicy')
    .filter(({ properties }) => properties.Queues.includes(queue.ref))
    .flatMap(({ properties }) => properties.PolicyDocument.Statement);
const allowed = (queue: Queue) => policyOf(queue).filter(({ Effect }) => Effect === 'Allow');
const rules = () => template.of('AWS::Events::Rule').filter(({ properties }) => properties.EventPattern);
const schedules = () =>
  template.of('AWS::Events::Rule').filter(({ properties }) => properties.ScheduleExpression);
const ruleFor = (type: string) =>
  rules().filter(({ properties }) => listOf(properties.EventPattern?.['detail-type'] ?? []).includes(type));
/** The rules for what the catalog's rules do not take. */
const restRules = () =>
  rules().filter(({ properties }) => properties.Targets[0]?.Arn === queueNamed(queueName('unrouted')).arn);
const functionNamed = (name: FunctionName) => {
  const found = template.of('AWS::Lambda::Function').find(({ ref }) => ref.startsWith(`${name}Function`));
  if (!found) throw new Error(`there is no function ${name}`);
  return found;
};
const statementsOf = (role: string) =>
  [...template.of('AWS::IAM::Policy'), ...template.of('AWS::IAM::ManagedPolicy')]
    .filter(({ properties }) => properties.Roles.some((ref) => `${ref}.Arn` === role))
    .flatMap(({ properties }) => properties.PolicyDocument.Statement);

/** Text of the names of those that break a statement; an empty list is what a test expects. */
const namesOf = (resources: readonly Resource[]) => resources.map(({ ref }) => ref);

describe('the stacks', () => {
  test('hold no kind of resource that no statement here is about', () => {
    expect([...new Set(template.resources.map(({ type }) => type))].toSorted()).toEqual([
      'AWS::ApiGatewayV2::Api',
      'AWS::ApiGatewayV2::Authorizer',
      'AWS::ApiGatewayV2::Integration',
      'AWS::ApiGatewayV2::Route',
      'AWS::ApiGatewayV2::Stage',
      'AWS::CloudFront::Distribution',
      'AWS::CloudFront::Function',
      'AWS::CloudFront::OriginAccessControl',
      'AWS::CloudFront::ResponseHeadersPolicy',
      'AWS::CloudWatch::Alarm',
      'AWS::DynamoDB::Table',
      'AWS::Events::EventBus',
      'AWS::Events::EventBusPolicy',
      'AWS::Events::Rule',
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
      'AWS::KMS::Key',
      'AWS::Lambda::EventInvokeConfig',
      'AWS::Lambda::EventSourceMapping',
      'AWS::Lambda::Function',
      'AWS::Lambda::Permission',
      'AWS::Logs::LogGroup',
      'AWS::Logs::MetricFilter',
      'AWS::Logs::ResourcePolicy',
      'AWS::S3::Bucket',
      'AWS::S3::BucketPolicy',
      'AWS::SNS::Topic',
      'AWS::SNS::TopicPolicy',
      'AWS::SQS::Queue',
      'AWS::SQS::QueuePolicy',
    ]);
  });

  test('that hold data or dead letters, and only those, refuse to be deleted where data is protected', async () => {
    const protects = async (protectData: string) => (await synthesize({ protectData })).terminationProtection;

    expect(await protects('true')).toEqual({ Data: true, Events: true, Delivery: true, Api: false });
    expect((await synthesize({ stage: 'prod' })).terminationProtection).toEqual(await protects('true'));
    expect(await protects('false')).toEqual({ Data: false, Events: false, Delivery: false, Api: false });
  });
});

describe('every queue', () => {
  const drained = (queue: Queue) => consumersOf(queue).length > 0;

  test('that a function drains has a dead-letter queue of its own, which holds messages for 14 days and which nothing drains', () => {
    const work = queues().filter(drained);
    const deadLetters = work.map(({ properties }) =>
      template.get('AWS::SQS::Queue', properties.RedrivePolicy?.deadLetterTargetArn),
    );
    expect(work).toHaveLength(eventTypes.length + 3);
    expect(new Set(namesOf(deadLetters)).size).toBe(work.length);
    expect(namesOf(deadLetters.filter(drained))).toEqual([]);
    for (const { properties } of deadLetters) expect(properties.MessageRetentionPeriod).toBe(fourteenDays);
  });

  test('that no function drains holds its messages for 14 days and moves them nowhere', () => {
    const holding = queues().filter((queue) => !drained(queue));
    expect(holding.length).toBeGreaterThan(0);
    for (const { properties } of holding) {
      expect(properties).toMatchObject({ MessageRetentionPeriod: fourteenDays });
      expect(properties.RedrivePolicy).toBeUndefined();
    }
  });

  test('that a function drains keeps messages for less time than its dead-letter queue', () => {
    for (const { properties } of queues().filter(drained)) {
      expect(properties.MessageRetentionPeriod).toBe(4 * 24 * 3600);
    }
  });

  test('has an alarm', () => {
    expect(namesOf(queues().filter((queue) => alarmsOf(queue).length === 0))).toEqual([]);
  });

  test('for one event type has alarms, as has its dead-letter queue, that say whose callbacks are missing', () => {
    for (const type of eventTypes) {
      for (const name of [eventQueueName(type), `${eventQueueName(type)}-dlq`]) {
        for (const { properties } of alarmsOf(queueNamed(name))) {
          expect(properties.AlarmDescription).toContain(`: account owners do not receive ${type} callbacks.`);
        }
      }
    }
  });

  test('is encrypted and refuses requests without TLS', () => {
    for (const queue of queues()) {
      expect(queue.properties.SqsManagedSseEnabled).toBe(true);
      expect(policyOf(queue)).toContainEqual({
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 'sqs:*',
        Resource: queue.arn,
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      });
    }
  });

  test.each([
    ['the default callbackTimeoutMs', {}],
    ['the lowest callbackTimeoutMs', { callbackTimeoutMs: '1000' }],
    ['the highest callbackTimeoutMs', { callbackTimeoutMs: '20000' }],
  ])(
    'with %s hides a message for six timeouts of its function and survives an outage of 6 hours',
    async (_, context) => {
      const stage = await synthesize(context);
      const work = queues(stage).filter((queue) => consumersOf(queue, stage).length > 0);
      expect(work).toHaveLength(eventTypes.length + 3);
      for (const queue of work) {
        const { VisibilityTimeout = 0, RedrivePolicy } = queue.properties;
        for (const consumer of consumersOf(queue, stage)) {
          expect(VisibilityTimeout).toBeGreaterThanOrEqual(6 * consumer.properties.Timeout);
        }
        expect(VisibilityTimeout * (RedrivePolicy?.maxReceiveCount ?? 0)).toBeGreaterThanOrEqual(6 * 3600);
        // The range that SQS accepts.
        expect(RedrivePolicy?.maxReceiveCount).toBeLessThanOrEqual(1_000);
        expect(VisibilityTimeout).toBeLessThanOrEqual(12 * 3600);
      }
    },
  );

  test('takes messages as large as SQS allows, as events may be', () => {
    for (const { properties } of queues()) expect(properties.MaximumMessageSize).toBe(1_048_576);
  });

  test('lets in the rules that lead to it and nobody else', () => {
    for (const queue of queues()) {
      const leading = rules().filter(({ properties }) =>
        properties.Targets.some(({ Arn }) => Arn === queue.arn),
      );
      const conditions =
        queue.ref === undeliverable().ref
          ? [
              {
                ArnLike: {
                  'aws:SourceArn': `arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:rule/${queueName('events')}/*`,
                },
              },
            ]
          : leading.map(({ arn }) => ({ ArnEquals: { 'aws:SourceArn': arn } }));
      expect(new Set<unknown>(allowed(queue).map(({ Condition }) => Condition))).toEqual(
        new Set<unknown>(conditions),
      );
      for (const { Principal, Action, Resource } of allowed(queue)) {
        expect(Principal).toEqual({ Service: 'events.amazonaws.com' });
        expect(['sqs:SendMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl']).toEqual(
          expect.arrayContaining([...listOf(Action)]),
        );
        expect(Resource).toBe(queue.arn);
      }
    }
  });

  test('for what the bus could not hand over is named by every target, and lets in every rule of the bus by one statement', () => {
    const targets = rules().flatMap(({ properties }) => properties.Targets);
    expect(new Set(targets.map(({ DeadLetterConfig }) => DeadLetterConfig?.Arn))).toEqual(
      new Set([undeliverable().arn]),
    );
    expect(allowed(undeliverable())).toHaveLength(1);
  });
});

describe('every alarm', () => {
  const alarms = () => template.of('AWS::CloudWatch::Alarm');

  test('tells the alarm topic', () => {
    const topics = template.of('AWS::SNS::Topic');
    expect(topics).toHaveLength(1);
    for (const { properties } of alarms()) expect(properties.AlarmActions).toEqual(namesOf(topics));
  });

  test('says in a full sentence who misses what, and where to read on', () => {
    expect(alarms().length).toBeGreaterThan(queues().length - 1);
    for (const { properties } of alarms()) {
      expect(properties.AlarmDescription).toMatch(
        /^(\S+ holds messages|\S+ is not drained|\S+ crashes or runs out of time(, again and again)?|\S+ is throttled|\S+ is taken for a loop|The sweeper does not run|Functions report faults(, again and again)?): (?=[a-z])[^:]*\b(owners|callbacks|nobody)\b[^:]*\. See docs\/runbook\.md\.$/,
      );
    }
  });

  test('is quiet while there is nothing to measure, but for the one that says what no longer runs, and those of queues, which stay as they are', () => {
    const silenceOf = ({
      ComparisonOperator,
      Namespace,
    }: Resource<'AWS::CloudWatch::Alarm'>['properties']) => {
      if (Namespace === 'AWS/SQS') return 'ignore';
      return ComparisonOperator === 'LessThanThreshold' ? 'breaching' : 'notBreaching';
    };
    for (const { properties } of alarms()) expect(properties.TreatMissingData).toBe(silenceOf(properties));
  });

  test('is raised if the sweeper falls silent', () => {
    const sweeper = functionNamed('Delivery.SweepingSweeper').ref;
    const silence = alarms().filter(
      ({ properties }) => properties.ComparisonOperator === 'LessThanThreshold',
    );
    expect(silence.map(({ properties }) => properties)).toMatchObject([
      { MetricName: 'Invocations', Threshold: 1, Dimensions: [{ Name: 'FunctionName', Value: sweeper }] },
    ]);
  });

  test('can reach the topic: CloudWatch may publish to it and use its key, for alarms of this account', () => {
    const [topic] = template.of('AWS::SNS::Topic');
    const statements = template
      .of('AWS::SNS::TopicPolicy')
      .flatMap(({ properties }) => properties.PolicyDocument.Statement);
    const alarmService = { Service: 'cloudwatch.amazonaws.com' };
    expect(statements.filter(({ Effect }) => Effect === 'Allow')).toMatchObject([
      {
        Principal: alarmService,
        Action: 'sns:Publish',
        Resource: topic?.ref,
        Condition: { StringEquals: { 'aws:SourceAccount': '${AWS::AccountId}' } },
      },
    ]);
    const key = template.get('AWS::KMS::Key', topic?.properties.KmsMasterKeyId);
    const grants = key.properties.KeyPolicy.Statement.filter(
      ({ Principal }) => JSON.stringify(Principal) === JSON.stringify(alarmService),
    );
    expect(grants.flatMap(({ Action }) => listOf(Action))).toEqual(
      expect.arrayContaining(['kms:Decrypt', 'kms:GenerateDataKey*']),
    );
  });
});

describe('every entry of the catalog', () => {
  test.each(eventTypes)(
    'has one rule for %s, to its own queue, fair by account, with a dead-letter queue',
    (type) => {
      const [rule, ...more] = ruleFor(type);
      expect(more).toEqual([]);
      expect(rule?.properties).toMatchObject({ State: 'ENABLED' });
      expect(rule?.properties.EventPattern).toEqual({ source: [eventSource], 'detail-type': [type] });
      expect(rule?.properties.Targets).toEqual([
        {
          Id: expect.any(String),
          Arn: queueNamed(eventQueueName(type)).arn,
          SqsParameters: { MessageGroupId: '$.detail.accountId' },
          DeadLetterConfig: { Arn: queueNamed(queueName('rule-targets-dlq')).arn },
        },
      ]);
    },
  );

  test('is drained by the dispatcher, and so are the events about webhooks', () => {
    for (const type of [...eventTypes, 'operational']) {
      const consumers = consumersOf(queueNamed(eventQueueName(type)));
      expect(namesOf(consumers)).toEqual([functionNamed('Delivery.Dispatcher').ref]);
    }
  });

  test('and nothing else has a rule, except for our own events and the two that take exactly what the others leave', () => {
    expect(rules()).toHaveLength(eventCatalog.length + 3);
    expect(restRules().map(({ properties }) => properties.EventPattern)).toEqual([
      { source: [eventSource], 'detail-type': [{ 'anything-but': eventTypes }] },
      { source: [{ 'anything-but': [eventSource, operationalSource] }] },
    ]);
  });

  test.each([
    ...eventTypes.map((type) => [eventSource, type, eventQueueName(type)]),
    ...operationalTypes.map((type) => [operationalSource, type, queueName('operational')]),
    [operationalSource, 'webhook.exploded', queueName('operational')],
    [eventSource, operationalTypes[0], queueName('unrouted')],
    [eventSource, 'ticket.exploded', queueName('unrouted')],
    [eventSource, 'Ticket.created', queueName('unrouted')],
    ['iomnihub.billing', 'invoice.paid', queueName('unrouted')],
    ...eventTypes.map((type) => ['iomnihub.helpdesk2', type, queueName('unrouted')]),
  ])('or what they leave: an event of %s and type %s goes to %s alone', (source, type, queue) => {
    const event = { source, 'detail-type': type, detail: {} };
    const matching = rules().filter(({ properties }) => compilePattern(properties.EventPattern)(event));
    expect(matching.map(({ properties }) => properties.Targets[0]?.Arn)).toEqual([
      queueNamed(queue ?? '').arn,
    ]);
  });

  test('is on the bus of the stack, never on the default bus', () => {
    const [bus] = template.of('AWS::Events::EventBus');
    for (const { properties } of rules()) expect(properties.EventBusName).toBe(bus?.ref);
  });
});

describe('an event that the catalog does not know', () => {
  const log = () =>
    template
      .of('AWS::Logs::LogGroup')
      .filter(({ properties }) => properties.LogGroupName?.startsWith('/aws/events/'));

  test('waits in a queue and makes a line in a log, each with a dead-letter queue', () => {
    const deadLetters = { Arn: queueNamed(queueName('rule-targets-dlq')).arn };
    for (const { properties } of restRules()) {
      expect(properties.Targets).toEqual([
        {
          Id: expect.any(String),
          Arn: queueNamed(queueName('unrouted')).arn,
          SqsParameters: { MessageGroupId: '$.detail.accountId' },
          DeadLetterConfig: deadLetters,
        },
        {
          Id: expect.any(String),
          Arn: `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:${log()[0]?.ref}`,
          InputTransformer: expect.anything(),
          DeadLetterConfig: deadLetters,
        },
      ]);
    }
  });

  test('is named in that line by its source, type and envelope id, and by nothing that may be confidential', () => {
    const event = {
      id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
      time: '2026-11-23T16:55:01Z',
      source: 'iomnihub.billing',
      'detail-type': 'invoice.paid',
      detail: { accountId: 'acc_1', text: 'confidential' },
    };
    for (const { properties } of restRules()) {
      const [transformer] = properties.Targets.flatMap(({ InputTransformer }) => InputTransformer ?? []);
      if (!transformer) throw new Error('the log gets whole events');
      expect(lineOf({ transformer }, event)).toBe(
        'event.unrouted iomnihub.billing invoice.paid 6a7e8feb-b491-4cf7-a9f1-bf3703467718',
      );
      // The form that EventBridge demands of what goes to a log group, with the time as a value of its own.
      expect(transformer.InputTemplate).toMatch(/^\{"timestamp":<time>,"message":"[^"]+"\}$/);
      expect(transformer.InputPathsMap['time']).toBe('$.time');
    }
  });

  test('is counted by source and type', () => {
    expect(template.of('AWS::Logs::MetricFilter').map(({ properties }) => properties)).toEqual([
      {
        LogGroupName: log()[0]?.ref,
        FilterPattern: '[name = "event.unrouted", source, type, envelope]',
        MetricTransformations: [
          {
            MetricNamespace: 'iomnihub-webhooks-dev-metrics',
            MetricName: 'EventsUnrouted',
            MetricValue: '1',
            Dimensions: [
              { Key: 'Source', Value: '$source' },
              { Key: 'DetailType', Value: '$type' },
            ],
          },
        ],
      },
    ]);
  });

  test('can be written into the log by EventBridge, for these two rules', () => {
    const groups = log();
    expect(groups.map(({ properties }) => properties.LogGroupName)).toEqual([
      '/aws/events/iomnihub-webhooks-dev-unrouted',
    ]);
    const [policy, ...more] = template.of('AWS::Logs::ResourcePolicy');
    expect(more).toEqual([]);
    const document = JSON.parse(policy?.properties.PolicyDocument ?? '') as { Statement: unknown };
    const write = {
      Effect: 'Allow',
      Principal: { Service: ['events.amazonaws.com', 'delivery.logs.amazonaws.com'] },
      Resource: groups[0]?.arn,
    };
    expect(document.Statement).toEqual([
      { ...write, Action: 'logs:CreateLogStream' },
      {
        ...write,
        Action: 'logs:PutLogEvents',
        Condition: { ArnEquals: { 'aws:SourceArn': restRules().map(({ arn }) => arn) } },
      },
    ]);
  });
});

describe('the event bus', () => {
  const functions = () => template.of('AWS::Lambda::Function');
  const policies = (from: Template) => from.of('AWS::Events::EventBusPolicy');
  const publisherStatement = (from: Template) => {
    const [bus] = from.of('AWS::Events::EventBus');
    const [statement, ...more] = policies(from)
      .map(({ properties }) => properties.Statement)
      .filter(({ Effect }) => Effect === 'Allow');
    expect(more).toEqual([]);
    expect(statement).toMatchObject({
      Action: 'events:PutEvents',
      Resource: bus?.arn,
      Condition: { StringEquals: { 'events:source': eventSource } },
    });
    return statement;
  };

  test('takes events of our source alone, from principals of its own account', () => {
    expect(publisherStatement(template)?.Principal).toEqual({
      AWS: 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root',
    });
  });

  test('takes events about webhooks from the functions that tell owners alone, whatever others may do by their own policies', () => {
    const denied = policies(template)
      .map(({ properties }) => properties.Statement)
      .filter(({ Effect }) => Effect === 'Deny');
    const publishers = functions().filter(({ properties }) =>
      statementsOf(properties.Role).some(({ Action }) => listOf(Action).includes('events:PutEvents')),
    );

    expect(namesOf(publishers)).toEqual(
      namesOf([functionNamed('Delivery.Dispatcher'), functionNamed('Delivery.SweepingSweeper')]),
    );
    expect(denied).toEqual([
      {
        Sid: 'notices',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 'events:PutEvents',
        Resource: busArn,
        Condition: {
          StringEquals: { 'events:source': operationalSource },
          ArnNotEquals: { 'aws:PrincipalArn': publishers.map(({ properties }) => properties.Role) },
        },
      },
    ]);
    for (const { properties } of publishers)
      expect(statementsOf(properties.Role)).toContainEqual({
        Effect: 'Allow',
        Action: 'events:PutEvents',
        Resource: busArn,
        Condition: { StringEquals: { 'events:source': operationalSource } },
      });
  });

  test('takes events from the configured publisher alone, if one is configured', async () => {
    const publisherPrincipalArn = 'arn:aws:iam::111122223333:role/helpdesk';
    expect(publisherStatement(await synthesize({ publisherPrincipalArn }))?.Principal).toEqual({
      AWS: publisherPrincipalArn,
    });
  });
});

describe('every function', () => {
  const functions = () => template.of('AWS::Lambda::Function');

  test('is one that says what it reads from its environment', () => {
    expect(namesOf(functions()).toSorted()).toEqual(
      (Object.keys(environments) as FunctionName[]).map((name) => functionNamed(name).ref).toSorted(),
    );
  });

  test('runs on arm64 and Node.js 24', () => {
    for (const { properties } of functions()) {
      expect(properties).toMatchObject({ Architectures: ['arm64'], Runtime: 'nodejs24.x' });
    }
  });

  test('gets no lines of Lambda about invocations that do not fail', () => {
    for (const { properties } of functions())
      expect(properties.LoggingConfig).toMatchObject({ LogFormat: 'JSON', SystemLogLevel: 'WARN' });
  });

  test('has a log group of its own that forgets', () => {
    const groups = functions().map(({ properties }) => properties.LoggingConfig.LogGroup);
    expect(new Set(groups).size).toBe(groups.length);
    for (const group of template.of('AWS::Logs::LogGroup')) {
      expect(group.properties.RetentionInDays).toBeGreaterThan(0);
    }
    for (const group of groups) expect(template.get('AWS::Logs::LogGroup', group)).toBeDefined();
  });

  test.each(Object.entries(environments) as [FunctionName, FunctionEnv<z.ZodRawShape, SettingName>][])(
    '%s gets the variables that it reads and no others',
    (name, env) => {
      const { Variables } = functionNamed(name).properties.Environment;
      expect(Object.keys(Variables).toSorted()).toEqual(
        [...Object.keys(env.resources), ...env.settings.map(variableOf), 'COMMIT', 'NODE_OPTIONS'].toSorted(),
      );
      expect(() => readEnv(env, deployedValues(Variables))).not.toThrow();
    },
  );

  test.each([
    ['Delivery.Dispatcher', { DELIVERY_QUEUE_URL: 'deliveries' }],
    ['Delivery.Deliverer', { RETRY_QUEUE_URL: 'retries', EXHAUSTED_QUEUE_URL: 'exhausted-deliveries' }],
    ['Delivery.SweepingSweeper', { RETRY_QUEUE_URL: 'retries' }],
    ['Api.Api', { RETRY_QUEUE_URL: 'retries' }],
  ] as const)('%s finds the queues that it sends to under their names, and no other', (name, queues) => {
    const { Variables } = functionNamed(name).properties.Environment;
    const urls = Object.entries(Variables).filter(([variable]) => variable.endsWith('_QUEUE_URL'));
    expect(Object.fromEntries(urls)).toEqual(
      Object.fromEntries(
        Object.entries(queues).map(([variable, queue]) => [variable, queueNamed(queueName(queue)).ref]),
      ),
    );
  });

  test.each(['Errors', 'Throttles', 'RecursiveInvocationsDropped'])(
    'has an alarm for %s, which it cannot report itself',
    (metricName) => {
      const watched = template
        .of('AWS::CloudWatch::Alarm')
        .filter(
          ({ properties }) => properties.Namespace === 'AWS/Lambda' && properties.MetricName === metricName,
        )
        .flatMap(({ properties }) => properties.Dimensions?.map(({ Value }) => Value) ?? []);
      expect([...new Set(watched)].toSorted()).toEqual(namesOf(functions()).toSorted());
    },
  );

  test('may be called as often as the chain of an event needs: only the deliverer sends messages that come back to it', () => {
    // https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
    const sendsTo = ({ properties }: Resource<'AWS::Lambda::Function'>) =>
      statementsOf(properties.Role)
        .filter(({ Action }) => listOf(Action).includes('sqs:SendMessage'))
        .flatMap(({ Resource: resources }) => listOf(resources));
    const calledAfter = (lambda: Resource<'AWS::Lambda::Function'>) =>
      sendsTo(lambda).flatMap((arn) => {
        const queue = queues().find((one) => one.arn === arn);
        return queue ? consumersOf(queue) : [];
      });
    const inLoop = functions().filter((lambda) => {
      const reached = new Set(calledAfter(lambda));
      for (const one of reached) for (const next of calledAfter(one)) reached.add(next);
      return namesOf([...reached]).includes(lambda.ref);
    });
    const allowed = functions().filter(({ properties }) => properties.RecursiveLoop === 'Allow');

    expect(namesOf(inLoop)).toEqual([functionNamed('Delivery.Deliverer').ref]);
    expect(namesOf(allowed)).toEqual(namesOf(inLoop));
  });

  test('that calls receivers can be started only so often at a time', () => {
    const deliverer = functionNamed('Delivery.Deliverer').ref;
    const bounds = mappings()
      .filter(({ properties }) => properties.FunctionName === deliverer)
      .map(({ properties }) => properties.ScalingConfig);
    expect(bounds).toEqual([{ MaximumConcurrency: 100 }, { MaximumConcurrency: 100 }]);
  });

  test('that reads a queue takes ten messages and reports which of them failed', () => {
    expect(mappings()).toHaveLength(eventTypes.length + 3);
    for (const { properties } of mappings()) {
      expect(properties).toMatchObject({ BatchSize: 10, FunctionResponseTypes: ['ReportBatchItemFailures'] });
    }
  });

  test('that serves the API is stopped well before another may take its requests over', () => {
    const clocksApartMs = 5_000;
    const { Timeout } = functionNamed('Api.Api').properties;

    expect(Timeout * 1_000 + clocksApartMs).toBeLessThan(idempotencyLockMs);
  });

  test('that sweeps is started every minute, and not started again for a minute that failed', () => {
    const sweeper = functionNamed('Delivery.SweepingSweeper');
    expect(template.of('AWS::Lambda::EventInvokeConfig').map(({ properties }) => properties)).toMatchObject([
      { FunctionName: sweeper.ref, MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
    ]);
    expect(sweeper.properties.Timeout).toBeLessThan(60);
    expect(schedules().map(({ properties }) => properties)).toMatchObject([
      { ScheduleExpression: 'rate(1 minute)', State: 'ENABLED', Targets: [{ Arn: sweeper.arn }] },
    ]);
  });

  /** What the functions get when deployed: a queue's URL where the template refers to a queue. */
  function deployedValues(variables: Record<string, string>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [
        name,
        queues().some(({ ref }) => ref === value) ? `https://sqs.example/111122223333/${value}` : value,
      ]),
    );
  }
});

describe('permissions', () => {
  const consume = [
    'ReceiveMessage',
    'ChangeMessageVisibility',
    'GetQueueUrl',
    'DeleteMessage',
    'GetQueueAttributes',
  ];
  const sqs = (...actions: string[]) => actions.map((action) => `sqs:${action}`);
  const dynamodb = (...actions: string[]) => actions.map((action) => `dynamodb:${action}`);

  /** What each function may do to what. Queues stand under their name, all else under its construct. */
  const permissions: Record<FunctionName, Record<string, string[]>> = {
    'Delivery.Dispatcher': {
      'Data.Table': dynamodb('Query', 'GetItem', 'PutItem'),
      [queueName('deliveries')]: sqs('SendMessage'),
      ...Object.fromEntries(
        eventTypes.flatMap((type) => [
          [eventQueueName(type), sqs(...consume)],
          [`${eventQueueName(type)}-dlq`, sqs('GetQueueUrl', 'SendMessage')],
        ]),
      ),
      [queueName('operational')]: sqs(...consume),
      [queueName('operational-dlq')]: sqs('GetQueueUrl', 'SendMessage'),
      [busArn]: ['events:PutEvents'],
    },
    'Delivery.Deliverer': {
      'Data.Table': dynamodb('GetItem', 'PutItem', 'UpdateItem', 'BatchWriteItem'),
      'Data.SecretsKey': ['kms:Decrypt'],
      [queueName('deliveries')]: sqs(...consume),
      [queueName('deliveries-dlq')]: sqs('GetQueueUrl', 'SendMessage'),
      [queueName('retries')]: sqs(...consume, 'SendMessage'),
      [queueName('retries-dlq')]: sqs('GetQueueUrl', 'SendMessage'),
      [queueName('exhausted-deliveries')]: sqs('SendMessage'),
    },
    'Delivery.SweepingSweeper': {
      'Data.Table': dynamodb('BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'),
      'Data.Table/index/due': dynamodb('Query'),
      'Data.Table/index/parked': dynamodb('Query'),
      [queueName('retries')]: sqs('SendMessage'),
      [busArn]: ['events:PutEvents'],
    },
    'Api.Api': {
      'Data.Table': dynamodb('Query', 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
      'Data.Table/index/feed': dynamodb('Query'),
      'Data.Table/index/parked': dynamodb('Query'),
      [queueName('retries')]: sqs('SendMessage'),
      'Data.SecretsKey': ['kms:GenerateDataKey', 'kms:Decrypt'],
      'Data.CursorKey': ['kms:GenerateMac'],
    },
    'Api.Authorizer': { 'Data.Table': dynamodb('GetItem', 'UpdateItem') },
  };

  test.each(Object.keys(permissions) as FunctionName[])('of %s are what it needs', (name) => {
    const lambda = functionNamed(name);
    const expected = {
      ...permissions[name],
      // The ARN of a log group ends in `:*`, its streams: the only wildcard.
      [constructOf(lambda.properties.LoggingConfig.LogGroup)]: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    };
    const granted: Record<string, Set<string>> = {};
    for (const { Action, Resource: resources } of statementsOf(lambda.properties.Role)) {
      for (const resource of listOf(resources)) {
        const actions = (granted[constructOf(resource)] ??= new Set());
        for (const action of listOf(Action)) actions.add(action);
      }
    }
    expect(sorted(granted)).toEqual(sorted(expected));
  });

  /** A key of each kind of item, as the adapters make them. */
  const items = {
    account: keys.accountKey('acc_1'),
    subscription: keys.subscriptionKey('acc_1', 'sub_1'),
    event: keys.eventKey('acc_1', 'evt_1'),
    delivery: keys.deliveryKey(deliveryRef()),
    attempt: keys.attemptKey(deliveryRef(), acceptedAt),
    statistics: keys.statisticsKey(deliveryRef(), acceptedAt, 'part'),
    credential: keys.credentialKey('0123456789abcdef01234567'),
    limit: keys.bucketKey('host crm.example.com'),
    stage: keys.stageKey,
  };
  type ItemName = keyof typeof items;
  /** The same actions on all items of accounts. */
  const ofAccounts = (...actions: string[]): Partial<Record<ItemName, string[]>> => {
    const names: ItemName[] = ['account', 'subscription', 'event', 'delivery', 'attempt', 'statistics'];
    return Object.fromEntries(names.map((name) => [name, actions]));
  };

  test.each<[FunctionName, Partial<Record<ItemName, string[]>>]>([
    ['Delivery.Dispatcher', ofAccounts('GetItem', 'PutItem', 'Query')],
    [
      'Delivery.Deliverer',
      {
        ...ofAccounts('BatchWriteItem', 'GetItem', 'PutItem', 'UpdateItem'),
        limit: ['GetItem', 'UpdateItem'],
        stage: ['GetItem'],
      },
    ],
    [
      'Delivery.SweepingSweeper',
      {
        ...ofAccounts('BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'),
        limit: ['GetItem', 'UpdateItem'],
        stage: ['GetItem'],
      },
    ],
    [
      'Api.Api',
      {
        ...ofAccounts('BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
        limit: ['GetItem', 'UpdateItem'],
        stage: ['GetItem'],
        credential: ['DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'],
      },
    ],
    ['Api.Authorizer', { credential: ['GetItem', 'UpdateItem'] }],
  ])('of %s reach the items that it needs, and no others', (name, expected) => {
    const [table] = template.of('AWS::DynamoDB::Table');
    const reached: Record<string, string[]> = {};
    for (const { Action, Condition, Resource: resources } of statementsOf(
      functionNamed(name).properties.Role,
    )) {
      if (resources !== table?.arn) continue;
      const patterns = Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
      expect(Condition).toEqual({
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': patterns },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      });
      const isReached = (pk: string) =>
        listOf(patterns).some(
          (pattern) => pattern === pk || (pattern.endsWith('#*') && pk.startsWith(pattern.slice(0, -1))),
        );
      for (const [item, { pk }] of Object.entries(items))
        if (isReached(pk))
          (reached[item] ??= []).push(...listOf(Action).map((action) => action.replace('dynamodb:', '')));
    }
    expect(sorted(reached)).toEqual(expected);
  });

  const ofSubscription = ['accountId', 'subscriptionId'];
  const ofAnswer = ['accountId', 'idempotencyKey'];

  test.each<[FunctionName, string[][]]>([
    ['Delivery.Dispatcher', []],
    ['Delivery.Deliverer', [ofSubscription]],
    ['Delivery.SweepingSweeper', []],
    ['Api.Api', [ofSubscription, ofAnswer]],
    ['Api.Authorizer', []],
  ])('of %s open secrets only for what their encryption context names', (name, contexts) => {
    const [secretsKey] = template.of('AWS::KMS::Key').filter(({ ref }) => ref.startsWith('Data.SecretsKey'));
    const statements = statementsOf(functionNamed(name).properties.Role).filter(
      ({ Resource: resources }) => resources === secretsKey?.arn,
    );
    expect(statements.map(({ Condition }) => Condition)).toEqual(
      contexts.map((context) => ({
        'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': context },
        Null: Object.fromEntries(context.map((key) => [`kms:EncryptionContext:${key}`, 'false'])),
      })),
    );
  });

  test('name resources and actions, never all of them', () => {
    const statements = template
      .of('AWS::IAM::Policy')
      .flatMap(({ properties }) => properties.PolicyDocument.Statement);
    expect(statements.length).toBeGreaterThan(0);
    for (const { Effect, Action, Resource: resources } of statements) {
      expect(Effect).toBe('Allow');
      expect(listOf(Action).join()).not.toContain('*');
      expect(listOf(resources).join()).not.toContain('*');
    }
  });

  test('come with one role for each function, which that function alone can take on', () => {
    const roles = template.of('AWS::IAM::Role');
    const used = template.of('AWS::Lambda::Function').map(({ properties }) => properties.Role);
    expect(roles.map(({ arn }) => arn).toSorted()).toEqual(used.toSorted());
    for (const { properties } of roles) {
      expect(properties.AssumeRolePolicyDocument.Statement).toEqual([
        { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
      ]);
    }
  });

  test('come from no managed policy and from none inside a role', () => {
    for (const { properties } of template.of('AWS::IAM::Role')) {
      expect(properties.ManagedPolicyArns).toBeUndefined();
      expect(properties.Policies).toBeUndefined();
    }
  });

  test('to call a function belong to our own API alone, and the sweeper to its schedule', () => {
    const [api] = template.of('AWS::ApiGatewayV2::Api');
    const [schedule] = schedules();
    const all = template.of('AWS::Lambda::Permission');
    const [scheduled, others] = [
      all.filter(({ properties }) => properties.Principal === 'events.amazonaws.com'),
      all.filter(({ properties }) => properties.Principal !== 'events.amazonaws.com'),
    ];
    expect(scheduled.map(({ properties }) => properties)).toMatchObject([
      { FunctionName: functionNamed('Delivery.SweepingSweeper').arn, SourceArn: schedule?.arn },
    ]);
    // One of the API and one of its authorizer, however many routes there are.
    expect(others).toHaveLength(2);
    for (const { properties } of others) {
      expect(properties).toMatchObject({
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
        SourceArn: expect.stringContaining(`:execute-api:\${AWS::Region}:\${AWS::AccountId}:${api?.ref}/`),
      });
    }
    // A policy may have 20 KB, and a statement for each route would be more.
    expect(others.map(({ properties }) => properties.FunctionName).toSorted()).toEqual(
      [functionNamed('Api.Api').arn, functionNamed('Api.Authorizer').arn].toSorted(),
    );
  });

  function constructOf(reference: string): string {
    const resource = template.resources.find(({ ref, arn }) => ref === reference || arn === reference);
    if (!resource) return reference.replace(/[0-9A-F]{8}\.Arn/, '');
    if (resource.type === 'AWS::SQS::Queue')
      return template.get('AWS::SQS::Queue', reference).properties.QueueName;
    // The CDK ends a logical id with eight hexadecimal digits.
    return resource.ref.replace(/[0-9A-F]{8}$/, '');
  }

  function sorted(permissionsOfOne: Record<string, Iterable<string>>): Record<string, string[]> {
    return Object.fromEntries(
      Object.entries(permissionsOfOne).map(([resource, actions]) => [resource, [...actions].toSorted()]),
    );
  }
});

describe('what must survive where data is protected', () => {
  let template: Template;
  beforeAll(async () => {
    template = await synthesize({ protectData: 'true' });
  });

  test('is the table, with recovery to any second, which neither CloudFormation nor a mistake deletes', () => {
    const tables = template.of('AWS::DynamoDB::Table');
    expect(tables).toHaveLength(1);
    expect(tables[0]).toMatchObject({
      stack: 'Data',
      deletionPolicy: 'Retain',
      updateReplacePolicy: 'Retain',
    });
    expect(tables[0]?.properties).toMatchObject({
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });

  test('is every key that data is encrypted with, in the stack that refuses to be deleted, and they rotate', () => {
    const keys = template.of('AWS::KMS::Key').filter(({ properties }) => !properties.KeySpec);
    expect(keys).toHaveLength(2);
    for (const key of keys) {
      expect(key).toMatchObject({ stack: 'Data', deletionPolicy: 'Retain', updateReplacePolicy: 'Retain' });
      expect(key.properties).toMatchObject({ EnableKeyRotation: true });
    }
  });

  test('is not the key of cursors, which makes MACs and decrypts nothing', () => {
    const keys = template.of('AWS::KMS::Key').filter(({ properties }) => properties.KeySpec);
    expect(keys.map(({ properties: { KeySpec, KeyUsage } }) => [KeySpec, KeyUsage])).toEqual([
      ['HMAC_256', 'GENERATE_VERIFY_MAC'],
    ]);
  });
});

describe('a stage that is to go without a trace', () => {
  test('retains nothing, and no table refuses to be deleted', async () => {
    const disposable = await synthesize({ protectData: 'false' });
    const kept = disposable.resources.filter(
      ({ deletionPolicy = 'Delete', updateReplacePolicy = 'Delete' }) =>
        deletionPolicy !== 'Delete' || updateReplacePolicy !== 'Delete',
    );

    expect(namesOf(kept)).toEqual([]);
    for (const { type } of template.resources.filter(({ type: one }) => /Table|Key$/.test(one)))
      for (const { deletionPolicy } of disposable.of(type)) expect(deletionPolicy).toBe('Delete');
    expect(
      disposable.of('AWS::DynamoDB::Table').map(({ properties }) => properties['DeletionProtectionEnabled']),
    ).toEqual([false]);
  });

  test('is not the production stage', async () => {
    const [table] = (await synthesize({ stage: 'prod' })).of('AWS::DynamoDB::Table');

    expect(table).toMatchObject({
      deletionPolicy: 'Retain',
      properties: { DeletionProtectionEnabled: true },
    });
  });
});

describe('the HTTP API', () => {
  const routes = () => template.of('AWS::ApiGatewayV2::Route');

  const keysOf = (from: Template) =>
    from.of('AWS::ApiGatewayV2::Route').map(({ properties }) => properties.RouteKey);
  /** HEAD is answered like GET. */
  const withHead = (keys: readonly string[]) =>
    keys.flatMap((key) => (key.startsWith('GET ') ? [key, key.replace('GET ', 'HEAD ')] : [key]));
  /** What takes the requests that no route of the list does. */
  const fallbacks = [
    ...['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => `${method} /`),
    ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => `${method} /{proxy+}`),
  ];

  test('has the routes of the list, what takes all others, and no more', () => {
    expect(keysOf(template).toSorted()).toEqual([...withHead(routeKeys), ...fallbacks].toSorted());
  });

  test('leaves OPTIONS to the gateway where pages of other origins ask by it', async () => {
    expect(keysOf(await synthesize({ corsOrigins: 'https://app.iomnihub.example' })).toSorted()).toEqual(
      [...withHead(routeKeys), ...fallbacks.filter((key) => !key.startsWith('OPTIONS '))].toSorted(),
    );
  });

  const closed = Object.entries(declaredRoutes)
    .flatMap(([routeKey, { access }]) => withHead([routeKey]).map((key) => [key, access] as const))
    .filter(([, access]) => access !== 'public');
  const open = () => routes().filter(({ properties }) => properties.AuthorizationType === 'NONE');

  test('stands open on the routes that are public, and where there is no route', () => {
    expect(
      open()
        .map(({ properties }) => properties.RouteKey)
        .toSorted(),
    ).toEqual([...withHead(['GET /', 'GET /openapi.json', 'POST /portal-session']), ...fallbacks].toSorted());
    for (const { properties } of open()) expect(properties.AuthorizerId).toBeUndefined();
    expect(routes()).toHaveLength(open().length + closed.length);
  });

  test('gives each open route a low limit of its own, so that it takes nothing from all others', () => {
    const [stage] = template.of('AWS::ApiGatewayV2::Stage');
    const limits = stage?.properties.RouteSettings ?? {};
    expect(Object.keys(limits).toSorted()).toEqual(
      open()
        .map(({ properties }) => properties.RouteKey)
        .toSorted(),
    );
    for (const limit of Object.values(limits))
      expect(limit).toEqual({ ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 });
  });

  test.each(closed)('%s lets in nobody without %s access', (routeKey, access) => {
    const [authorizer] = template.of('AWS::ApiGatewayV2::Authorizer');
    const route = routes().find(({ properties }) => properties.RouteKey === routeKey);
    expect(route?.properties.AuthorizationType).toBe(access === 'iam' ? 'AWS_IAM' : 'CUSTOM');
    expect(route?.properties.AuthorizerId).toBe(access === 'iam' ? undefined : authorizer?.ref);
  });

  test('sends every route to the API function', () => {
    for (const { properties } of routes()) {
      const integration = template.get(
        'AWS::ApiGatewayV2::Integration',
        properties.Target.replace('integrations/', ''),
      );
      expect(integration.properties.IntegrationUri).toBe(functionNamed('Api.Api').arn);
    }
  });

  test('asks the authorizer function, by the Authorization header, and remembers its answer for 30 seconds', () => {
    const authorizers = template.of('AWS::ApiGatewayV2::Authorizer');
    expect(authorizers).toHaveLength(1);
    expect(authorizers[0]?.properties).toMatchObject({
      AuthorizerType: 'REQUEST',
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      IdentitySource: ['$request.header.Authorization'],
      AuthorizerUri: expect.stringContaining(functionNamed('Api.Authorizer').arn),
    });
    expect(authorizers[0]?.properties.AuthorizerResultTtlInSeconds).toBe(30);
  });

  const corsOf = (from: Template) =>
    from.of('AWS::ApiGatewayV2::Api').map(({ properties }) => properties['CorsConfiguration']);

  test('knows of no pages of other origins, if none are configured', () => {
    expect(corsOf(template)).toEqual([undefined]);
  });

  test('lets pages of the configured origins do what an account may, without credentials that browsers keep', async () => {
    const corsOrigins = 'https://app.iomnihub.example,https://crm.example:8443';
    expect(corsOf(await synthesize({ corsOrigins }))).toEqual([
      {
        AllowOrigins: ['https://app.iomnihub.example', 'https://crm.example:8443'],
        AllowMethods: ['GET', 'POST', 'PATCH', 'DELETE'],
        AllowHeaders: ['authorization', 'content-type', 'if-match', 'idempotency-key'],
        ExposeHeaders: ['etag', 'x-request-id', 'retry-after', 'idempotency-replayed'],
        MaxAge: 3600,
      },
    ]);
  });

  test('logs every request and limits their rate, in its only stage', () => {
    const stages = template.of('AWS::ApiGatewayV2::Stage');
    expect(stages).toHaveLength(1);
    const { AccessLogSettings, DefaultRouteSettings } = stages[0]?.properties ?? {};
    const log = template.get('AWS::Logs::LogGroup', AccessLogSettings?.DestinationArn);
    expect(log.properties.LogGroupName).toBe('/aws/vendedlogs/iomnihub-webhooks-dev-api');
    expect(DefaultRouteSettings?.ThrottlingRateLimit).toBeGreaterThan(0);
    expect(DefaultRouteSettings?.ThrottlingBurstLimit).toBeGreaterThan(0);
  });
});
