import { randomBytes } from 'node:crypto';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import dynalite from 'dynalite';
import { startKms } from './kms-server.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';
import { startSqs } from './sqs-engine.ts';

export interface EngineUrls {
  readonly sqsUrl: string;
  readonly dynamoUrl: string;
  readonly kmsUrl: string;
}

/** The services behind the functions. Each speaks its own wire protocol on a port of loopback. */
export interface Engines extends EngineUrls {
  close(): Promise<void>;
}

/** `dataFolder` keeps queues, table and key from run to run. Without it, everything is in memory. */
export async function startEngines(dataFolder: string | undefined): Promise<Engines> {
  const [sqs, dynamo, kms] = await Promise.all([
    startSqs(dataFolder && join(dataFolder, 'sqs')),
    startDynamo(dataFolder && join(dataFolder, 'dynamodb')),
    rootKey(dataFolder && join(dataFolder, 'kms.key')).then(startKms),
  ]);
  return {
    sqsUrl: `http://127.0.0.1:${sqs.port}`,
    dynamoUrl: dynamo.url,
    kmsUrl: kms.url,
    async close() {
      await Promise.all([sqs.stop(), dynamo.close(), kms.close()]);
    },
  };
}

/** A request that takes longer is not answered any more. */
const maxClosingMs = 5_000;

async function startDynamo(path: string | undefined): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = dynalite({ createTableMs: 0, ...(path ? { path } : {}) });
  // A server that closes an idle connection meets the client's next request on it. Clients close theirs first.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  // A function that was killed has closed its connection, while the engine still works on what it asked for.
  const inWork = new Set<ServerResponse>();
  server.prependListener('request', (_, response: ServerResponse) => {
    inWork.add(response);
    response.once('close', () => response.writableEnded && inWork.delete(response));
  });
  const isAtWork = () =>
    [...inWork].some(({ writableEnded, req }) => !writableEnded && (req.complete || !req.destroyed));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      // The database must not be closed beneath them.
      const giveUpAt = Date.now() + maxClosingMs;
      while (isAtWork() && Date.now() < giveUpAt) await setTimeout(10);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function rootKey(file: string | undefined): Promise<Buffer> {
  if (!file) return randomBytes(32);
  const known = await readPrivateFile(file);
  if (known) return known;
  const key = randomBytes(32);
  await writePrivateFile(file, key);
  return key;
}
