import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, globSync } from 'node:fs';
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Client } from 'pg';

/** A server of this machine's distribution, on loopback, with its data in a folder that goes with it. */
export interface Server {
  readonly pid: number;
  readonly port: number;
  close(): Promise<void>;
}

export const databaseUser = 'bench';
export const database = 'postgres';

/** Where Debian puts what is not on the PATH. */
const debianFolders = () => globSync('/usr/lib/postgresql/*/bin').toSorted().toReversed();

/** Undefined where it is not installed. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), ...debianFolders()];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** With the settings that BullMQ's documentation asks for: a log of all writes, and nothing is evicted. */
export async function startRedis(program: string): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-redis-'));
  const port = await findFreePort();
  const settings = {
    bind: '127.0.0.1',
    port: String(port),
    dir: folder,
    save: '',
    appendonly: 'yes',
    'maxmemory-policy': 'noeviction',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  return serverOf(spawn(program, options, { stdio: 'ignore' }), port, folder);
}

/** With its default settings: a transaction is on the disk before its answer. */
export async function startPostgres(initdb: string, postgres: string): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-postgres-'));
  const data = join(folder, 'data');
  await mkdir(data);
  const user = unprivilegedUser();
  if (user) for (const path of [folder, data]) await chown(path, user.uid, user.gid);
  const as = { cwd: folder, ...user };
  execFileSync(initdb, ['-D', data, '-U', databaseUser, '--auth=trust', '--encoding=UTF8', '--no-sync'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    ...as,
  });
  const port = await findFreePort();
  const options = ['-D', data, '-p', String(port), '-k', folder, '-h', '127.0.0.1'];
  const server = serverOf(spawn(postgres, options, { stdio: 'ignore', ...as }), port, folder);
  await untilItAnswers(port);
  return server;
}

/** PostgreSQL refuses to run as root. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = ['-u', '-g'].map((option) =>
    Number(execFileSync('id', [option, 'nobody'], { encoding: 'utf8' })),
  );
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

function serverOf(started: ChildProcess, port: number, folder: string): Server {
  return {
    pid: started.pid ?? 0,
    port,
    async close() {
      if (started.exitCode === null && started.signalCode === null) {
        const exit = once(started, 'exit');
        // Both servers end at once, whoever is connected.
        started.kill('SIGINT');
        await exit;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilItAnswers(port: number): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const client = new Client({ host: '127.0.0.1', port, user: databaseUser, database });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (tries === 100) throw error;
      await setTimeout(100);
    }
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
