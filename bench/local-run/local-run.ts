import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** The synthesis of a checkout that has never run takes some ten seconds of two quiet cores. */
const patienceMs = 120_000;

export interface LocalRun {
  readonly pid: number;
  readonly apiUrl: string;
  readonly eventsUrl: string;
  readonly eventBusName: string;
  /** A file for each function. */
  readonly logFolder: string;
  stop(): Promise<void>;
}

export interface LocalRunOptions {
  /** How often the sweeper runs. Without it, as on AWS. */
  readonly sweepSeconds?: number;
}

/** `npm start -- -c name=value …`, on free ports and in a folder of its own. */
export async function startLocalRun(
  settings: Readonly<Record<string, string>>,
  { sweepSeconds }: LocalRunOptions = {},
): Promise<LocalRun> {
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-bench-'));
  const context = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const sweep = sweepSeconds === undefined ? [] : ['--sweep-seconds', String(sweepSeconds)];
  const child = spawn(
    process.execPath,
    ['local/start.ts', '--local-folder', folder, '--patience-seconds', '60', ...sweep, ...context],
    {
      cwd: repository,
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit');
      child.kill('SIGINT');
      await exit;
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await isUp(child);
    return { pid: child.pid ?? 0, ...(await readOutputs(folder)), logFolder: join(folder, 'logs'), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Resolves with the last line that a start prints. What comes later is read and dropped, as a terminal takes it. */
async function isUp(child: ChildProcess): Promise<void> {
  let printed = '';
  const isPrinted = new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      if (printed.includes('Ctrl-C')) return;
      printed += chunk.toString();
      if (printed.includes('Ctrl-C')) resolve();
    });
  });
  const fails = async (reason: string) => {
    throw new Error(`the local run ${reason}:\n${printed}`);
  };
  const waiting = new AbortController();
  const { signal } = waiting;
  await Promise.race([
    isPrinted,
    once(child, 'exit', { signal }).then(() => fails('ended')),
    setTimeout(patienceMs, undefined, { signal }).then(() => fails('was not up in time')),
  ]).finally(() => waiting.abort());
}

async function readOutputs(folder: string) {
  const outputs = JSON.parse(await readFile(join(folder, 'outputs.json'), 'utf8')) as Record<string, object>;
  const { ApiUrl, EventBusName, EventsEndpoint } = Object.assign({}, ...Object.values(outputs)) as {
    ApiUrl: string;
    EventBusName: string;
    EventsEndpoint: string;
  };
  return { apiUrl: ApiUrl, eventBusName: EventBusName, eventsUrl: EventsEndpoint };
}
