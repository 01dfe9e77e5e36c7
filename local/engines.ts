import { randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import dynalite from 'dynalite';
import { startFauxqs } from 'fauxqs';
import { startKms } from './kms-server.ts';

/** The services behind the functions. Each speaks its own wire protocol on a port of loopback. */
export interface Engines {
  readonly sqsUrl: string;
  readonly dynamoUrl: string;
  readonly kmsUrl: string;
  close(): Promise<void>;
}

/** `dataFolder` keeps queues, table and key from run to run. Without it, everything is in memory. */
export async function startEngines(dataFolder: string | undefined): Promise<Engines> {
  const [sqs, dynamo, kms] = await Promise.all([
    startFauxqs({
      port: 0,
      // The host in queue URLs. fauxqs puts a region in front of it.
      host: 'localhost',
      logger: false,
      ...(dataFolder ? { dataDir: join(dataFolder, 'sqs') } : {}),
    }),
    startDynamo(dataFolder && join(dataFolder, 'dynamodb')),
    rootKey(dataFolder && join(dataFolder, 'kms.key')).then(startKms),
  ]);
  const shutOut = shutOutStrangers(sqs.port);
  return {
    sqsUrl: `http://127.0.0.1:${sqs.port}`,
    dynamoUrl: dynamo.url,
    kmsUrl: kms.url,
    async close() {
      shutOut.stop();
      await Promise.all([sqs.stop(), dynamo.close(), kms.close()]);
    },
  };
}

/**
 * fauxqs always listens on every interface. This closes connections from other machines before they send anything.
 */
function shutOutStrangers(port: number): { stop(): void } {
  const listener = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    if (socket.localPort === port && !/^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? ''))
      socket.destroy();
  };
  subscribe('net.server.socket', listener);
  return { stop: () => void unsubscribe('net.server.socket', listener) };
}

/** Checks and creates the folder before anything else starts. Its parent has to exist. */
export async function prepareDataFolder(folder: string): Promise<void> {
  const fail = (why: string) => new Error(`--data ${folder}: ${why}`);
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw fail(`cannot be created (${code})`);
    if (!(await stat(folder)).isDirectory()) throw fail('is not a folder');
    const foreign = (await readdir(folder)).filter((name) => !['sqs', 'dynamodb', 'kms.key'].includes(name));
    if (foreign.length > 0) throw fail(`contains other files (${foreign.slice(0, 3).join(', ')})`);
  }
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
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        // Requests in work are answered first: the database must not be closed beneath them.
        const idle = setInterval(() => server.closeIdleConnections(), 20);
        const patience = setTimeout(() => server.closeAllConnections(), maxClosingMs);
        server.close(() => {
          clearInterval(idle);
          clearTimeout(patience);
          resolve();
        });
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
