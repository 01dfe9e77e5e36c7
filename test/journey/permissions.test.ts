import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { WireAnswer } from '../../bench/wire-proxy.ts';
import { routeKeys } from '../../contract/routes.ts';
import { eventSource, eventTypes } from '../../core/events/event-catalog.ts';
import { operationalSource, operationalTypes } from '../../core/events/operational-events.ts';
import type { SubscribableType } from '../../core/events/subscribable-events.ts';
import { operatorCredentials } from '../../local/sigv4.ts';
import { connectSqs, peekAll, untilAtRest } from '../support/at-rest.ts';
import { uniqueId, waitingDelivery } from '../support/builders.ts';
import { type ContractWorld, openContractWorld } from '../support/contract-world.ts';
import { goodRequest } from '../support/good-requests.ts';
import { exampleData } from '../support/journey-data.ts';
import {
  type AwsRequest,
  allows,
  type Permission,
  permissionsOf,
  requestsOf,
  unusedOf,
} from '../support/permissions.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { runUnderFault, type StacksUnderFault, synthesizeUnderFault } from '../support/stacks-under-fault.ts';
import { until } from '../support/until.ts';
import { senderOf } from './contract-cases.ts';

/**
 * What the functions ask of AWS while everything that they can do is done, beside what the template lets them do: nothing is
 * missing on AWS, where roles are checked, and nothing is there that no function needs.
 */

jest.setTimeout(120_000);

const conditionFailed: WireAnswer = {
  status: 400,
  body: { __type: 'ConditionalCheckFailedException', message: '' },
};

let stacks: StacksUnderFault;
let world: ContractWorld;
let sqs: SQSClient;
let eventBridge: EventBridgeClient;
let receiver: Receiver;
let permissions: Permission[];
let requests: AwsRequest[];

beforeAll(async () => {
  const synthesized = await synthesizeUnderFault({});
  permissions = permissionsOf(synthesized);
  stacks = await runUnderFault(synthesized);
  world = await openContractWorld(stacks);
  sqs = connectSqs(stacks.sqsUrl);
  eventBridge = new EventBridgeClient({
    endpoint: stacks.eventsUrl,
    region: 'us-east-1',
    credentials: operatorCredentials,
  });
  receiver = await startReceiver();
  await callEveryRoute();
  await deliverAndFail();
  await rejectOnEveryQueue();
  await sweepOne();
  await pauseAndResume();
  await untilAtRest(sqs);
  const functions = new Set(permissions.map(({ caller }) => caller));
  requests = (['sqs', 'table', 'kms'] as const)
    .flatMap((service) => stacks.wire[service].calls.flatMap((call) => requestsOf(service, call)))
    // The pollers are part of AWS.
    .filter(({ caller }) => functions.has(caller));
});
afterAll(async () => {
  await receiver.close();
  eventBridge.destroy();
  sqs.destroy();
  await world.close();
});

async function publish(
  ...events: { accountId: string; type: SubscribableType; data: object }[]
): Promise<void> {
  const Entries = events.map(({ type, ...detail }) => ({
    EventBusName: stacks.eventBusName,
    Source: type.startsWith('webhook.') ? operationalSource : eventSource,
    DetailType: type,
    Detail: JSON.stringify({ id: uniqueId('evt'), occurredAt: '2026-11-23T16:55:00.000Z', ...detail }),
  }));
  const { FailedEntryCount } = await eventBridge.send(new PutEventsCommand({ Entries }));
  expect(FailedEntryCount).toBe(0);
}

/** Twice, under one Idempotency-Key where the route takes it, so that answers are kept and read again. */
async function callEveryRoute(): Promise<void> {
  for (const routeKey of routeKeys) {
    const account = await world.openAccount();
    const good = {
      ...goodRequest(routeKey, account),
      headers: { 'idempotency-key': routeKey.replaceAll(/\W/g, '-') },
    };
    const sender = senderOf(routeKey, account);
    const first = await world.send(sender, good);
    expect([routeKey, first.status < 300]).toEqual([routeKey, true]);
    await world.send(sender, good);
  }
  // A list of more than one page.
  const { manage, subscriptionId } = await world.openAccount();
  const change = {
    method: 'PATCH',
    path: `/subscriptions/${subscriptionId}`,
    body: { description: 'changed' },
  };
  await world.send(manage, change);
  const page = await world.send(manage, { method: 'GET', path: '/audit-log', query: { limit: '1' } });
  expect(JSON.parse(page.text)).toMatchObject({ nextCursor: expect.any(String) });
}

/** A receiver that answers, one that fails at every attempt, and one for which there is no place at first. */
async function deliverAndFail(): Promise<void> {
  receiver.respond((response, { path }) => {
    response.writeHead(path.endsWith('failing') ? 500 : 204).end();
  });
  await publishTo(receiver.url);
  await until('a callback', () => receiver.callbacks.length === 1);
  await publishTo(`${receiver.url}/failing`);
  const exhausted = 'iomnihub-webhooks-local-exhausted-deliveries';
  await until('a delivery is exhausted', async () => (await peekAll(sqs))[exhausted]);

  const makeRoom = stacks.wire.table.layer(async (call) =>
    String(call.input.ConditionExpression).includes('taken < :cap') ? conditionFailed : call.forward(),
  );
  await publishTo(`${receiver.url}/crowded`);
  await until('a place was asked for', () =>
    stacks.wire.table.calls.some(
      ({ operation, input }) => operation === 'GetItem' && input.Key.pk.S.startsWith('L#'),
    ),
  );
  makeRoom();
  await until('a callback', () => receiver.callbacks.some(({ path }) => path.endsWith('crowded')));
}

/** An event for a new account with one subscription. */
async function publishTo(url: string): Promise<void> {
  const accountId = uniqueId('acc');
  const manage = await world.issueKey(accountId);
  const [type] = eventTypes;
  const body = { url, eventTypes: [type], headers: { 'x-api-key': 'a key' } };
  expect(await world.send(manage, { method: 'POST', path: '/subscriptions', body })).toMatchObject({
    status: 201,
  });
  await publish({ accountId, type, data: exampleData(type) });
}

/** What can never be processed, on every queue that a function drains. */
async function rejectOnEveryQueue(): Promise<void> {
  const { accountId } = await world.openAccount();
  const types = [...eventTypes, operationalTypes[0]];
  for (const type of types) await publish({ accountId, type, data: { wrong: true } });
  const queueUrl = (name: string) => `${stacks.sqsUrl}/000000000000/iomnihub-webhooks-local-${name}`;
  for (const name of ['deliveries', 'retries'])
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl(name), MessageBody: '{"no":"delivery"}' }));
  const deadLetters = types.length + 2;
  const held = async () => Object.keys(await peekAll(sqs)).filter((name) => name.endsWith('-dlq'));
  await until('every dead-letter queue holds something', async () => (await held()).length >= deadLetters);
}

/** A subscription with a limit of its own: what was parked while it was paused is released, each at its turn. */
async function pauseAndResume(): Promise<void> {
  const accountId = uniqueId('acc');
  const manage = await world.issueKey(accountId);
  const [type] = eventTypes;
  const rateLimit = { calls: 60, perSeconds: 60 };
  const body = { url: `${receiver.url}/paused`, eventTypes: [type], rateLimit };
  const made = await world.send(manage, { method: 'POST', path: '/subscriptions', body });
  const { id } = JSON.parse(made.text) as { id: string };
  const path = `/subscriptions/${id}`;
  await world.send(manage, { method: 'POST', path: `${path}/pause`, body: {} });
  for (let count = 0; count < 3; count += 1) await publish({ accountId, type, data: exampleData(type) });
  await until('three deliveries are parked', async () => {
    const read = await world.send(manage, { method: 'GET', path });
    return (JSON.parse(read.text) as { parked: { count: number } }).parked.count === 3;
  });
  await world.send(manage, { method: 'POST', path: `${path}/resume` });
  await until(
    'three callbacks',
    () => receiver.callbacks.filter(({ path: called }) => called.endsWith('paused')).length === 3,
  );
}

/** A delivery whose message was lost. */
async function sweepOne(): Promise<void> {
  const { accountId, subscriptionId } = await world.openAccount();
  const lost = waitingDelivery({ accountId, subscriptionId, eventId: uniqueId('evt') });
  expect(await world.deliveries.replaceDelivery(undefined, lost)).toBe(true);
  await until('the row has been swept', async () => {
    const row = await world.deliveries.findDelivery(lost);
    return row && row.version > lost.version;
  });
}

describe('the role of each function', () => {
  test('allows everything that the function has asked for', () => {
    const refused = requests.filter(
      (request) => !permissions.some((permission) => allows(permission, request)),
    );

    expect(requests.length).toBeGreaterThan(100);
    expect(refused).toEqual([]);
  });

  /** What the functions are allowed and no wire shows, each with its reason. */
  const unseen: readonly (readonly [action: RegExp, reason: string])[] = [
    [/: logs:(CreateLogStream|PutLogEvents) /, 'the Lambda service writes what a function prints'],
    [
      /: sqs:(ReceiveMessage|DeleteMessage|ChangeMessageVisibility) /,
      'the pollers of Lambda take on the role, and the CDK grants them these',
    ],
    [
      /^(Sweeping|Api).*: dynamodb:GetItem .* L#\*$/,
      'a limit is read once it is full; the sweeper and the API meet none here, and the deliverer shows the read',
    ],
    [
      /: events:PutEvents /,
      'the local bus stands behind no proxy; owners are told of what the dispatcher rejects',
    ],
  ];

  test('allows nothing that the function never asks for', () => {
    const unused = permissions.flatMap((permission) => unusedOf(permission, requests));

    expect(unused.filter((text) => !unseen.some(([action]) => action.test(text)))).toEqual([]);
    expect(unseen.filter(([action]) => !unused.some((text) => action.test(text)))).toEqual([]);
  });
});

test('numbers and sets are added to attributes of an item, and never inside one, which DynamoDB refuses', () => {
  const added = stacks.wire.table.calls.flatMap(({ input }) => {
    const [, clause = ''] =
      /\bADD ((?:(?!\b(?:SET|REMOVE|DELETE)\b).)*)/.exec(input.UpdateExpression ?? '') ?? [];
    return clause.split(',').flatMap((one) => one.trim().split(' ')[0] || []);
  });

  expect(new Set(added).size).toBeGreaterThan(2);
  expect(added.filter((path) => /[.[]/.test(path))).toEqual([]);
});

describe('the check itself sees', () => {
  const permission: Permission = {
    caller: 'Api',
    action: 'dynamodb:GetItem',
    resource: 'table',
    conditions: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['A#*', 'L#*'] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  };
  const request: AwsRequest = {
    caller: 'Api',
    action: 'dynamodb:GetItem',
    resource: 'table',
    context: { 'dynamodb:LeadingKeys': ['A#acc_1'] },
  };
  const leading = (...keys: string[]) => ({ context: { 'dynamodb:LeadingKeys': keys } });

  test.each<[string, Partial<AwsRequest>, boolean]>([
    ['a call that is allowed', {}, true],
    ['a batch of which all keys are allowed', leading('A#acc_1', 'L#host'), true],
    ['another function', { caller: 'Authorizer' }, false],
    ['another action', { action: 'dynamodb:PutItem' }, false],
    ['an index instead of the table', { resource: 'table/index/due' }, false],
    ['a key of another kind', leading('K#key'), false],
    ['a batch with one such key', leading('A#acc_1', 'K#key'), false],
    ['a call that names no key', { context: {} }, false],
  ])('%s', (_, change, allowed) => {
    expect(allows(permission, { ...request, ...change })).toBe(allowed);
  });

  const secret: Permission = {
    caller: 'Api',
    action: 'kms:Decrypt',
    resource: 'key',
    conditions: {
      'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['accountId', 'subscriptionId'] },
      Null: { 'kms:EncryptionContext:accountId': 'false', 'kms:EncryptionContext:subscriptionId': 'false' },
    },
  };
  const account = { accountId: 'acc_1' };

  test.each<[string, Record<string, string>, boolean]>([
    ['the context that is demanded', { ...account, subscriptionId: 'sub_1' }, true],
    ['a context that lacks a part', account, false],
    ['a context with a part too many', { ...account, subscriptionId: 'sub_1', other: 'x' }, false],
    ['another context', { ...account, idempotencyKey: 'x' }, false],
    ['no context', {}, false],
  ])('%s', (_, EncryptionContext, allowed) => {
    const call = { caller: 'Api', operation: 'Decrypt', input: { KeyId: 'key', EncryptionContext } };
    const asked = requestsOf('kms', call).map((one) => ({ ...one, resource: 'key' }));

    expect(asked.map((one) => allows(secret, one))).toEqual([allowed]);
  });

  test('what nothing asks for: a whole permission, or a pattern of keys', () => {
    expect(unusedOf(permission, [request])).toEqual(['Api: dynamodb:GetItem on table L#*']);
    expect(unusedOf(permission, [{ ...request, ...leading('A#acc_1', 'L#host') }])).toEqual([]);
    expect(unusedOf(secret, [request])).toEqual(['Api: kms:Decrypt on key accountId subscriptionId']);
  });

  test.each<[string, object, string[]]>([
    ['an item', { Key: { pk: { S: 'A#1' } } }, ['A#1']],
    ['an item that is written', { Item: { pk: { S: 'A#1' }, sk: { S: 'S#1' } } }, ['A#1']],
    [
      'a query',
      {
        KeyConditionExpression: 'pk = :pk AND sk > :from',
        ExpressionAttributeValues: { ':pk': { S: 'A#1' } },
      },
      ['A#1'],
    ],
    [
      'a batch of reads',
      { RequestItems: { table: { Keys: [{ pk: { S: 'A#1' } }, { pk: { S: 'A#2' } }] } } },
      ['A#1', 'A#2'],
    ],
    [
      'a batch of writes',
      {
        RequestItems: {
          table: [
            { PutRequest: { Item: { pk: { S: 'A#1' } } } },
            { DeleteRequest: { Key: { pk: { S: 'K#2' } } } },
          ],
        },
      },
      ['A#1', 'K#2'],
    ],
  ])('the keys of %s', (_, input, keys) => {
    const asked = requestsOf('table', {
      caller: 'Api',
      operation: 'any',
      input: { TableName: 'table', ...input },
    });

    expect(
      asked.map(({ resource, context }) => [resource.split('/').at(-1), context['dynamodb:LeadingKeys']]),
    ).toEqual([['table', keys]]);
  });
});
