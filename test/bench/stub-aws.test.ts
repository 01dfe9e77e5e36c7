import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  BatchWriteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callsBetween, type StubAws, startStubAws } from '../../bench/stub-aws.ts';

const TableName = 'table';
let stub: StubAws;
let config: {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
};
let table: DynamoDBDocumentClient;

beforeAll(async () => {
  stub = await startStubAws();
  config = {
    endpoint: stub.urls.dynamoUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  };
  table = DynamoDBDocumentClient.from(new DynamoDBClient(config));
});
afterAll(() => stub.close());

function put(sk: string) {
  return table.send(new PutCommand({ TableName, Item: { pk: 'account', sk, n: 1 } }));
}

function query(prefix: string) {
  return table.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': 'account', ':prefix': prefix },
    }),
  );
}

test('only what is put before the measurement is found', async () => {
  await stub.seed(async () => {
    await put('S#1');
    await put('S#2');
    await put('K#1');
  });
  await put('S#3');

  const { Items } = await query('S#');
  const found = await table.send(new GetCommand({ TableName, Key: { pk: 'account', sk: 'S#2' } }));
  const lost = await table.send(new GetCommand({ TableName, Key: { pk: 'account', sk: 'S#3' } }));

  expect(Items?.map(({ sk }) => String(sk))).toEqual(['S#1', 'S#2']);
  expect(found.Item).toEqual({ pk: 'account', sk: 'S#2', n: 1 });
  expect(lost.Item).toBeUndefined();
});

test('an update answers as if there had been no item', async () => {
  const { Attributes } = await table.send(
    new UpdateCommand({
      TableName,
      Key: { pk: 'limit', sk: 'L' },
      UpdateExpression: 'SET until = until + :for, expiresAt = :expiry ADD taken :by, accounts :account',
      ExpressionAttributeValues: { ':for': 5, ':expiry': 9, ':by': 1, ':account': new Set(['acc_1']) },
      ReturnValues: 'UPDATED_NEW',
    }),
  );

  expect(Attributes).toEqual({ until: 5, expiresAt: 9, taken: 1, accounts: new Set(['acc_1']) });
});

test('messages and data keys pass the checks of the SDK', async () => {
  const kms = new KMSClient(config);
  const sqs = new SQSClient({ ...config, useQueueUrlAsEndpoint: false });
  const { Plaintext, CiphertextBlob } = await kms.send(
    new GenerateDataKeyCommand({ KeyId: 'key', KeySpec: 'AES_256' }),
  );
  const opened = await kms.send(new DecryptCommand({ CiphertextBlob }));
  const sent = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: `${config.endpoint}/000000000000/queue`,
      Entries: [{ Id: '1', MessageBody: 'text' }],
    }),
  );

  expect(Plaintext).toHaveLength(32);
  expect(opened.Plaintext).toEqual(Plaintext);
  expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['1']);
});

test('calls are counted by operation', async () => {
  const before = await stub.countCalls();
  await put('S#4');
  await put('S#5');
  await table.send(
    new BatchWriteCommand({
      RequestItems: { [TableName]: [{ PutRequest: { Item: { pk: 'p', sk: 's' } } }] },
    }),
  );

  expect(callsBetween(before, await stub.countCalls())).toEqual({ PutItem: 2, BatchWriteItem: 1 });
});

test('an operation that the stub does not know is refused', async () => {
  await expect(table.send(new ScanCommand({ TableName }))).rejects.toThrow('does not serve Scan');
});
