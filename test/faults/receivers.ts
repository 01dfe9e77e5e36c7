import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type {
  AnswerLine,
  Behaviour,
  Order,
  Premises,
  ReceiverLine,
  ReceiverMessage,
} from './receivers-process.ts';

export type Receivers = Awaited<ReturnType<typeof startReceivers>>;

/** A process of receivers, and what can be done to it. */
export async function startReceivers(callsFile: string, count: number, premises?: Premises) {
  const script = fileURLToPath(new URL('receivers-process.ts', import.meta.url));
  const [answersFile, connectionsFile] = [`${callsFile}.answers`, `${callsFile}.connections`];
  const args = [callsFile, answersFile, connectionsFile, String(count)];
  const child = fork(script, premises ? [...args, JSON.stringify(premises)] : args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [{ ports, deafPort }] = (await once(child, 'message')) as [
    Extract<ReceiverMessage, { kind: 'listening' }>,
  ];
  const order = (given: Order) => void child.send(given);
  const fillers: Socket[] = [];

  return {
    ports,
    deafUrl: `https://localhost:${deafPort}`,
    behave: (port: number, behaviour: Behaviour) => order({ kind: 'behave', port, behaviour }),

    /** Resolves within the call that is the one after so many. */
    async nextCallAfter(calls: number): Promise<void> {
      order({ kind: 'tell', afterCalls: calls + 1 });
      await once(child, 'message');
    },

    /** From now on connections to it hang, those that are open and those that are tried. */
    async becomeBlackHole(): Promise<void> {
      child.kill('SIGSTOP');
      await Promise.all(
        ports.map(async (port) => {
          while (await fills(port, fillers));
        }),
      );
    },

    async calls(): Promise<(ReceiverLine & Partial<AnswerLine>)[]> {
      const calls = (await linesOf(callsFile)).map((line) => JSON.parse(line) as ReceiverLine);
      // After the calls: of each that is read, the answer is there if it was given by then.
      const answers = (await linesOf(answersFile)).map((line) => JSON.parse(line) as AnswerLine);
      const answerOf = new Map(answers.map((answer) => [answer.number, answer]));
      return calls.map((call) => ({ ...call, ...answerOf.get(call.number) }));
    },

    /** The address of each connection's own end. */
    connections: () => linesOf(connectionsFile),

    async close(): Promise<void> {
      for (const socket of fillers) socket.destroy();
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Takes one more place in the backlog of a process that stands still; false once there is none. */
async function fills(port: number, fillers: Socket[]): Promise<boolean> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  fillers.push(socket);
  return Promise.race([once(socket, 'connect').then(() => true), setTimeout(300, false)]);
}

async function linesOf(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean);
}
