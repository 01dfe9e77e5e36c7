import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import dynalite from 'dynalite';
import { startFauxqs } from 'fauxqs';
import { startKms } from './kms-server.ts';

/** The services behind the functions, each reached over its own wire protocol on a port of loopback. */
export interface Engines {
  readonly sqsUrl: string;
  readonly dynamoUrl: string;
  readonly kmsUrl: string;
  close(): Promise<void>;
}

/** `dataFolder` keeps queues, table and key from run to run; without it everything is in memory. */
export async function startEngines(dataFolder: string | undefined): Promise<Engines> {
  if (dataFolder) await mkdir(dataFolder, { recursive: true });
  const [sqs, dynamo, kms] = await Promise.all([
    startFauxqs({
      port: 0,
      host: '127.0.0.1',
      logger: false,
      ...(dataFolder ? { dataDir: join(dataFolder, 'sqs') } : {}),
    }),
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

async function startDynamo(path: string | undefined): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = dynalite({ createTableMs: 0, ...(path ? { path } : {}) });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function rootKey(file: string | undefined): Promise<Buffer> {
  if (!file) return randomBytes(32);
  const known = await readFile(file).catch(() => undefined);
  if (known) return known;
  const key = randomBytes(32);
  await writeFile(file, key, { mode: 0o600 });
  return key;
}
