import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openConnections } from '../../adapters/aws-connections.ts';
import {
  type KmsEngine,
  type QueueEngine,
  startKmsEngine,
  startQueues,
  startTable,
  type TableEngine,
} from '../support/engines.ts';
import { type Death, type FreezingProxy, startFreezingProxy } from '../support/freezing-proxy.ts';

/** What the clients of a sandbox do when their idle connections have died while it was frozen. */

let engines: readonly [TableEngine, QueueEngine, KmsEngine];
beforeAll(async () => {
  engines = await Promise.all([startTable(), startQueues(), startKmsEngine()]);
});
let proxies: FreezingProxy[] = [];
afterEach(async () => {
  await Promise.all(proxies.map((proxy) => proxy.close()));
  proxies = [];
});
afterAll(() => Promise.all(engines.map((engine) => engine.close())));

const common = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
const never = 3_600_000;

type Connections = ReturnType<typeof openConnections>;

/** Each client with a request of its own, which changes nothing. */
const services = {
  DynamoDB: {
    endpoint: () => engines[0].endpoint,
    ask: (connections: Connections, endpoint: string, maxAttempts = 3) => {
      const client = connections.connect(DynamoDBClient, { ...common, endpoint, maxAttempts });
      return () => client.send(new ListTablesCommand({}));
    },
  },
  SQS: {
    endpoint: () => engines[1].endpoint,
    ask: (connections: Connections, endpoint: string, maxAttempts = 3) => {
      const client = connections.connect(SQSClient, { ...common, endpoint, maxAttempts });
      return () => client.send(new ListQueuesCommand({}));
    },
  },
  KMS: {
    endpoint: () => engines[2].endpoint,
    ask: (connections: Connections, endpoint: string, maxAttempts = 3) => {
      const client = connections.connect(KMSClient, { ...common, endpoint, maxAttempts });
      return () => client.send(new GenerateDataKeyCommand({ KeyId: 'alias/webhooks', KeySpec: 'AES_256' }));
    },
  },
};
const names = Object.keys(services) as (keyof typeof services)[];
const deaths: Death[] = ['reset', 'silence'];
const cases = names.flatMap((name) => deaths.map((death) => [name, death] as const));

async function startProxy(target: string): Promise<FreezingProxy> {
  const proxy = await startFreezingProxy(target);
  proxies.push(proxy);
  return proxy;
}

/** Leaves several idle connections that die. */
async function freeze(proxy: FreezingProxy, ask: () => Promise<unknown>, death: Death) {
  await Promise.all(Array.from({ length: 8 }, ask));
  expect(proxy.opened()).toBeGreaterThan(3);
  proxy.freeze(death);
}

describe('when the idle connections have died', () => {
  test.each(cases)('%s answers at the second try, however many there were (%s)', async (name, death) => {
    const { endpoint, ask } = services[name];
    const proxy = await startProxy(endpoint());
    const send = ask(openConnections({ idleMs: never, connectMs: never, answerMs: 300 }), proxy.url, 2);
    await freeze(proxy, send, death);

    await expect(send()).resolves.toMatchObject({ $metadata: { httpStatusCode: 200, attempts: 2 } });
    // The dead ones are gone for good.
    await expect(send()).resolves.toMatchObject({ $metadata: { attempts: 1 } });
  });

  test.each(cases)('%s does not use them after a pause (%s)', async (name, death) => {
    const { endpoint, ask } = services[name];
    const proxy = await startProxy(endpoint());
    const send = ask(openConnections({ idleMs: -1, connectMs: never, answerMs: never }), proxy.url, 1);
    await Promise.all(Array.from({ length: 3 }, send));
    proxy.freeze(death);

    await expect(send()).resolves.toMatchObject({ $metadata: { attempts: 1 } });
    expect(proxy.opened()).toBe(1);
  });

  test('a failure at one service lets the others begin with new connections', async () => {
    const connections = openConnections({ idleMs: never, connectMs: never, answerMs: 300 });
    const sends = [];
    for (const name of names) {
      const proxy = await startProxy(services[name].endpoint());
      const send = services[name].ask(connections, proxy.url, 2);
      await freeze(proxy, send, 'silence');
      sends.push(send);
    }

    const attempts = [];
    for (const send of sends) attempts.push((await send()).$metadata.attempts);

    expect(attempts).toEqual([2, 1, 1]);
  });
});

test('a connection that does not open is given up, and another one is tried', async () => {
  let opened = 0;
  const silent = createServer(() => (opened += 1)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const send = services.SQS.ask(openConnections({ idleMs: never, connectMs: 100, answerMs: never }), url, 2);

  await expect(send()).rejects.toMatchObject({ name: 'TimeoutError', $metadata: { attempts: 2 } });
  expect(opened).toBe(2);
  silent.close();
});

test('connections that are sound are used again', async () => {
  const proxy = await startProxy(engines[1].endpoint);
  const send = services.SQS.ask(
    openConnections({ idleMs: never, connectMs: never, answerMs: never }),
    proxy.url,
  );

  for (let count = 0; count < 5; count += 1) await send();

  expect(proxy.opened()).toBe(1);
});

test('a client that must not repeat a request does not', async () => {
  const proxy = await startProxy(engines[1].endpoint);
  const send = services.SQS.ask(
    openConnections({ idleMs: never, connectMs: never, answerMs: 300 }),
    proxy.url,
    1,
  );
  await freeze(proxy, send, 'reset');

  await expect(send()).rejects.toThrow('ECONNRESET');
  expect(proxy.received().match(/AmazonSQS\.ListQueues/g)).toHaveLength(1);
});
