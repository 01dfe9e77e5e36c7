import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));

export interface Outputs {
  readonly Local: Record<
    'EventsEndpoint' | 'SqsEndpoint' | 'DynamoDbEndpoint' | 'AccountId' | 'ApiKey',
    string
  >;
  readonly apiUrl: string;
  readonly eventBusName: string;
}

export interface LocalRun {
  readonly process: ChildProcess;
  readonly folder: string;
  /** All that was printed so far. */
  output(): string;
  /** Resolves once the text has been printed; rejects if the run ends without it. */
  printed(text: string): Promise<void>;
  outputs(): Promise<Outputs>;
  /** What Ctrl-C does; answers with the exit code. */
  stop(): Promise<number | null>;
  exited(): Promise<number | null>;
}

/** `npm start -- ARGS`, on free ports and in a folder of its own. */
export async function startLocalRun(...args: string[]): Promise<LocalRun> {
  return startLocalRunIn(await mkdtemp(join(tmpdir(), 'webhooks-')), ...args);
}

/** The folder goes when the run has ended. */
export function startLocalRunIn(folder: string, ...args: string[]): LocalRun {
  const child = spawn(process.execPath, ['local/start.ts', '--local-folder', folder, ...args], {
    cwd: repositoryRoot,
    env: { ...process.env, PORT: '0', NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      for (const listener of listeners) listener();
    });
  }
  const exit = once(child, 'close').then(async ([code]) => {
    await rm(folder, { recursive: true, force: true });
    return code as number | null;
  });

  return {
    process: child,
    folder,
    output: () => output,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const check = () => output.includes(text) && (listeners.delete(check), resolve());
        listeners.add(check);
        check();
        void exit.then(() => reject(new Error(`the run ended without printing "${text}":\n${output}`)));
      }),
    async outputs() {
      const stacks = JSON.parse(await readFile(join(folder, 'outputs.json'), 'utf8')) as Record<
        string,
        Record<string, string>
      >;
      const { ApiUrl, EventBusName } = Object.assign({}, ...Object.values(stacks)) as Record<string, string>;
      return {
        Local: stacks['Local'] as Outputs['Local'],
        apiUrl: ApiUrl ?? '',
        eventBusName: EventBusName ?? '',
      };
    },
    stop: () => (child.kill('SIGINT'), exit),
    exited: () => exit,
  };
}
