import { execFile } from 'node:child_process';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { connectApi } from '../../local/api-client.ts';
import { operatorCredentials } from '../../local/sigv4.ts';
import { synthesizePatched } from '../faults/patched-product.ts';
import { connectSqs, peekAll } from '../support/at-rest.ts';
import { type LocalRun, startLocalRun } from '../support/local-run.ts';
import { runUnderFault } from '../support/stacks-under-fault.ts';

jest.setTimeout(240_000);

const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm run e2e -- ARGS` */
function runEndToEnd(...args: string[]): Promise<Ended> {
  const options = { cwd: repositoryRoot, env: { ...process.env, NO_COLOR: '1' } };
  return new Promise((resolve) => {
    execFile(process.execPath, ['scripts/e2e.ts', ...args], options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

const delivering = 'an event of each type reaches its subscribers, signed';

/** The step that failed, as it was printed. */
const failedSteps = ({ stdout }: Ended) =>
  [...stdout.matchAll(/^ {2}failed +\d+ ms {2}(.+)$/gm)].map(([, name]) => name);

let run: LocalRun;
let outputsFile: string;
let sqs: SQSClient;
beforeAll(async () => {
  run = await startLocalRun('-c', 'retryScheduleSeconds=0,1,1');
  await run.printed('Ctrl-C stops everything');
  outputsFile = `${run.folder}/outputs.json`;
  sqs = connectSqs((await run.outputs()).Local.SqsEndpoint);
});
afterAll(async () => {
  sqs.destroy();
  await run.stop();
});

/** Whether it succeeded or not, nothing of its account is left. */
async function expectCleanedUp({ stdout }: Ended): Promise<void> {
  const [accountId = 'none'] = /acc_e2e_[\w-]+/.exec(stdout) ?? [];
  const backend = connectApi((await run.outputs()).apiUrl, operatorCredentials);
  expect(stdout).toMatch(/ ok +\d+ ms {2}everything that this run has made is removed\n/);
  expect(await backend('GET', `/accounts/${accountId}/api-keys`)).toMatchObject({ items: [] });
  expect(JSON.stringify(await peekAll(sqs))).not.toContain(accountId);
}

test('a local run passes every step, and nothing of the run is left', async () => {
  const ended = await runEndToEnd('--outputs', outputsFile, '--step-seconds', '120');

  expect(ended.stderr).toBe('');
  expect(ended.code).toBe(0);
  expect(ended.stdout.match(/^ {2}ok /gm)).toHaveLength(11);
  expect(failedSteps(ended)).toEqual([]);
  await expectCleanedUp(ended);
});

describe('what is altered on the way to the receiver is reported with its step', () => {
  let proxy: Server | undefined;
  afterEach(() => {
    proxy?.close();
    proxy?.closeAllConnections();
  });

  interface Passing {
    readonly headers: Record<string, string | string[] | undefined>;
    readonly body: Buffer;
    /** 1 for the first attempt at this event and path. */
    readonly attempt: number;
  }

  /** Stands before the receiver, which listens on `port`. */
  async function startProxy(alter: (passing: Passing) => Passing, port: number): Promise<string> {
    const attempts = new Map<string, number>();
    const server = createServer((request, response) => {
      void buffer(request).then((body) => {
        const key = `${request.url} ${String(request.headers['webhook-id'])}`;
        const attempt = (attempts.get(key) ?? 0) + 1;
        attempts.set(key, attempt);
        const altered = alter({ headers: request.headers, body, attempt });
        const options = { host: '127.0.0.1', port, path: request.url, method: 'POST' };
        return httpRequest({ ...options, headers: altered.headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 500);
          answer.pipe(response);
        }).end(altered.body);
      });
    });
    proxy = server;
    return `http://127.0.0.1:${await listen(server)}`;
  }

  async function runAltered(alter: (passing: Passing) => Passing): Promise<Ended> {
    const free = createServer();
    const port = await listen(free);
    await new Promise((resolve) => {
      free.close(resolve);
    });
    const url = await startProxy(alter, port);
    const receiver = ['--receiver-port', String(port), '--receiver-url', url];
    return runEndToEnd('--outputs', outputsFile, '--step-seconds', '120', ...receiver);
  }

  const retrying = '500, 500, 200: three attempts with the same id and bytes';
  const flip = (body: Buffer) => {
    const flipped = Buffer.from(body);
    flipped.writeUInt8(flipped.readUInt8(flipped.length - 3) ^ 1, flipped.length - 3);
    return flipped;
  };
  test.each([
    ['one bit', delivering, (passing: Passing) => ({ ...passing, body: flip(passing.body) })],
    [
      'one bit of a retry',
      retrying,
      (passing: Passing) => (passing.attempt === 2 ? { ...passing, body: flip(passing.body) } : passing),
    ],
  ])('%s', async (_, step, alter) => {
    const ended = await runAltered(alter);

    expect(failedSteps(ended)).toEqual([step]);
    expect(ended.stderr).toMatch(new RegExp(`^The end-to-end run failed: "${step}": .+\n$`));
    expect(ended.code).toBe(1);
    await expectCleanedUp(ended);
  });
});

test('a product that writes bodies anew and signs them is reported, although each callback is genuine', async () => {
  const broken = await runUnderFault(await synthesizePatched('I4', {}));
  const ended = await runEndToEnd('--outputs', broken.outputsFile, '--step-seconds', '120');
  await broken.close();

  expect(failedSteps(ended)).toEqual([delivering]);
  expect(ended.stderr).toContain('has other bytes in its body than GET /events/');
  expect(ended.code).toBe(1);
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}
