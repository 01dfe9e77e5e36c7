import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import { devNull } from 'node:os';
import { fileURLToPath } from 'node:url';

/** A process of its own, which answers one question at a time. */
export interface Child {
  readonly pid: number;
  /** Rejects if the process ends, or if it answers with an error. */
  ask(question: unknown): Promise<unknown>;
  close(): Promise<void>;
}

export interface ChildOptions {
  readonly args?: readonly string[];
  /** Without it, the child has this process's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** For what the child prints. Without it, only its errors are printed, here. */
  readonly logFile?: string;
}

/** What a child sends: the answer, or why there is none. */
type Reply = { readonly answer: unknown } | { readonly error: string };

/** Starts a program that calls `answerParent`. Resolves with the child and with what it says of itself once it is ready. */
export async function startChild(
  program: URL,
  { args = [], environment, logFile }: ChildOptions = {},
): Promise<{ child: Child; ready: unknown }> {
  const log = await open(logFile ?? devNull, 'a');
  const started = fork(fileURLToPath(program), args, {
    env: environment ? { PATH: process.env['PATH'], ...environment } : process.env,
    stdio: ['ignore', log.fd, logFile === undefined ? 'inherit' : log.fd, 'ipc'],
  });
  const name = program.pathname.split('/').at(-1) ?? '';
  const ready = await nextReply(started, name);
  return { child: wrap(started, name, log), ready };
}

function wrap(started: ChildProcess, name: string, log: FileHandle): Child {
  return {
    pid: started.pid ?? 0,
    async ask(question) {
      const reply = nextReply(started, name);
      // With this callback, a closed channel is reported as the end of the process.
      started.send(question as object, () => undefined);
      return reply;
    },
    async close() {
      if (started.exitCode === null && started.signalCode === null) {
        const exit = once(started, 'exit');
        started.kill('SIGKILL');
        await exit;
      }
      await log.close();
    },
  };
}

function nextReply(child: ChildProcess, name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onReply = (reply: Reply) => {
      child.off('exit', onExit);
      if ('error' in reply) reject(new Error(`${name}: ${reply.error}`));
      else resolve(reply.answer);
    };
    const onExit = () => {
      child.off('message', onReply);
      reject(new Error(`${name}: its process ended`));
    };
    child.once('message', onReply).once('exit', onExit);
  });
}

/** In the child: says that it is ready, and from then on answers. It ends with its parent. */
export function answerParent(ready: unknown, answerTo: (question: never) => unknown): void {
  process.on('message', (question: unknown) => {
    Promise.try(() => answerTo(question as never)).then(
      (answer) => reply({ answer }),
      (error: unknown) =>
        reply({ error: Error.isError(error) ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
  reply({ answer: ready });
}

function reply(message: Reply): void {
  process.send?.(message);
}
