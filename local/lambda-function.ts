import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import type { Invocation, InvocationResult } from './sandbox.ts';

export interface LambdaSettings {
  readonly name: string;
  readonly arn: string;
  readonly codeFolder: string;
  /** Such as `file.export`. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly logFile: string;
  /** How many invocations run at a time. Further ones wait. */
  readonly maxSandboxes: number;
  readonly onFault: (fault: unknown) => void;
}

/** The sandbox died during an invocation. */
export class InterruptedError extends Error {
  /** The event that the function was processing. */
  readonly event: unknown;
  readonly isOutOfTime: boolean;
  readonly startedAtMs: number;
  readonly endedAtMs = Date.now();

  constructor(
    message: string,
    { event, isOutOfTime, startedAtMs }: Pick<InterruptedError, 'event' | 'isOutOfTime' | 'startedAtMs'>,
  ) {
    super(message);
    this.event = event;
    this.isOutOfTime = isOutOfTime;
    this.startedAtMs = startedAtMs;
  }
}

export interface LambdaFunction {
  readonly settings: LambdaSettings;
  /** Rejects if the handler does, or if its sandbox dies or runs out of time. */
  invoke(event: unknown): Promise<unknown>;
  /** True if an invocation could begin at once. */
  hasRoom(): boolean;
  /** Kills every sandbox with SIGKILL. Returns their number. */
  kill(): number;
  close(): Promise<void>;
}

/** Shared by all functions. More starts than processors would slow down invocations whose time is already running. */
const startLimit = pLimit(availableParallelism());

const sandboxFile = fileURLToPath(new URL('sandbox.ts', import.meta.url));

/** Runs a bundled handler in processes of its own. A process that crashed is replaced at the next invocation. */
export async function createLambdaFunction(settings: LambdaSettings): Promise<LambdaFunction> {
  const log = await open(settings.logFile, 'a');
  const idle: ChildProcess[] = [];
  const all = new Set<ChildProcess>();
  const limit = pLimit({ concurrency: settings.maxSandboxes, rejectOnClear: true });

  let closed = false;

  /** Returns an idle sandbox, including one that became idle while this call waited to start another. */
  async function acquire(): Promise<ChildProcess> {
    return idle.pop() ?? startLimit(async () => idle.pop() ?? start());
  }

  async function start(): Promise<ChildProcess> {
    if (closed) throw new Error(`${settings.name} is closed`);
    const sandbox = startSandbox(settings, log);
    all.add(sandbox);
    sandbox.once('exit', () => {
      all.delete(sandbox);
      if (idle.includes(sandbox)) idle.splice(idle.indexOf(sandbox), 1);
    });
    await isReady(sandbox, settings.name);
    return sandbox;
  }

  async function invoke(event: unknown): Promise<unknown> {
    const sandbox = await acquire();
    const invocation: Invocation = { event, timeoutMs: settings.timeoutMs };
    const answer = await runIn(sandbox, invocation, settings.name);
    // The sandbox died while it was idle. Nothing has run, so try another one.
    if (answer === 'not-started') return invoke(event);
    idle.push(sandbox);
    if ('error' in answer) throw new Error(`${settings.name} failed: ${answer.error}`);
    return answer.result;
  }

  function kill(): number {
    for (const sandbox of all) sandbox.kill('SIGKILL');
    return all.size;
  }

  // Start one in advance, as provisioned concurrency does. The first event should not wait for a process to start.
  acquire().then(
    (sandbox) => idle.push(sandbox),
    (error: unknown) => closed || settings.onFault(error),
  );

  return {
    settings,
    invoke: (event) => limit(invoke, event),
    hasRoom: () => limit.activeCount + limit.pendingCount < settings.maxSandboxes,
    kill,
    async close() {
      closed = true;
      limit.clearQueue();
      const exits = [...all].map((sandbox) => once(sandbox, 'exit'));
      kill();
      await Promise.all(exits);
      await log.close();
    },
  };
}

function startSandbox(
  { codeFolder, handler, name, arn, environment }: LambdaSettings,
  log: FileHandle,
): ChildProcess {
  // Next to the bundles. A sandbox starts in about 60 % of the time if its code is already compiled.
  const compileCache = join(codeFolder, '../compile-cache');
  return fork(sandboxFile, [codeFolder, handler, name, arn], {
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: compileCache, ...environment },
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
    serialization: 'json',
  });
}

/** Resolves when the bundle is loaded. */
function isReady(sandbox: ChildProcess, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    sandbox.once('message', () => resolve());
    sandbox.once('exit', () => reject(new Error(`${name} did not start; its log says why`)));
  });
}

function isDead({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Runs one invocation. As on AWS, a sandbox that is out of time is killed. */
function runIn(
  sandbox: ChildProcess,
  invocation: Invocation,
  name: string,
): Promise<InvocationResult | 'not-started'> {
  const { event, timeoutMs } = invocation;
  if (isDead(sandbox)) return Promise.resolve('not-started');
  const startedAtMs = Date.now();
  return new Promise((resolve, reject) => {
    let started = false;
    const timer = setTimeout(() => {
      sandbox.kill('SIGKILL');
      interrupt(`${name} timed out after ${timeoutMs} ms`, true);
    }, timeoutMs);
    const onMessage = (message: InvocationResult | 'started') => {
      if (message === 'started') started = true;
      else settle(() => resolve(message));
    };
    const onExit = () => {
      if (started) interrupt(`${name}: its process ended`, false);
      else settle(() => resolve('not-started'));
    };
    function interrupt(message: string, isOutOfTime: boolean) {
      settle(() => reject(new InterruptedError(message, { event, isOutOfTime, startedAtMs })));
    }
    function settle(act: () => void) {
      clearTimeout(timer);
      sandbox.off('message', onMessage).off('exit', onExit);
      act();
    }
    sandbox.on('message', onMessage).once('exit', onExit);
    // With this callback, a closed channel is reported here. Without it, the error would end this process.
    sandbox.send(invocation, () => undefined);
  });
}
