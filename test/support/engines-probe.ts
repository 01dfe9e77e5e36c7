import { connect } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { startEngines } from '../../local/engines.ts';

/** Closes the engines while requests are at work whose clients have died. Ends with 0 if the table engine took no harm. */

const engines = await startEngines(undefined);
const client = new DynamoDBClient({
  endpoint: engines.dynamoUrl,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
await client.send(
  new CreateTableCommand({
    TableName: 'probe',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  }),
);
client.destroy();

const { hostname, port } = new URL(engines.dynamoUrl);
const body = JSON.stringify({
  TableName: 'probe',
  Item: { pk: { S: 'é 😀' }, text: { S: 'x'.repeat(100_000) } },
});
const head = [
  'POST / HTTP/1.1',
  `Host: ${hostname}`,
  'X-Amz-Target: DynamoDB_20120810.PutItem',
  'X-Amz-Date: 20261123T165500Z',
  'Authorization: AWS4-HMAC-SHA256 Credential=local/20261123/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00',
  'Content-Type: application/x-amz-json-1.0',
  `Content-Length: ${Buffer.byteLength(body)}`,
];
const sockets = await Promise.all(
  Array.from({ length: 40 }, () => {
    const socket = connect(Number(port), hostname);
    return new Promise<typeof socket>((resolve) => {
      socket.on('error', () => {}).write(`${head.join('\r\n')}\r\n\r\n${body}`, () => resolve(socket));
    });
  }),
);
for (const socket of sockets) socket.destroy();
await engines.close();
