import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type QueueEngine, startQueues } from '../../support/engines.ts';
import { bareShell } from '../../support/shell.ts';

// Each test starts the command, which reads its sources anew.
jest.setTimeout(60_000);

const repositoryRoot = fileURLToPath(new URL('../../..', import.meta.url));

let folder: string;
let queues: QueueEngine;
let api: Server | undefined;
beforeAll(async () => {
  [folder, queues] = await Promise.all([mkdtemp(join(tmpdir(), 'e2e-')), startQueues()]);
});
afterEach(() => {
  api?.close();
  api?.closeAllConnections();
});
afterAll(async () => {
  await queues.close();
  await rm(folder, { recursive: true });
});

/** What a local run writes, with other outputs of its delivery stack. */
async function writeOutputs(
  delivery: Record<string, string>,
  apiUrl = 'http://127.0.0.1:1',
): Promise<string> {
  const file = join(folder, 'outputs.json');
  const outputs = {
    'IomnihubWebhooks-test-Delivery': { EventBusName: 'iomnihub-webhooks-test-events', ...delivery },
    'IomnihubWebhooks-test-Api': { ApiUrl: apiUrl },
    Local: { EventsEndpoint: 'http://127.0.0.1:1', SqsEndpoint: queues.endpoint },
  };
  await writeFile(file, JSON.stringify(outputs));
  return file;
}

/** The status and JSON with which the API answers; undefined if it never does. */
type Answer = (route: string, isSigned: boolean) => readonly [number, object] | undefined;

async function startApi(answer: Answer): Promise<string> {
  const server = createServer((request, response) => {
    const isSigned = request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ') === true;
    const [status, body] = answer(`${request.method} ${request.url}`, isSigned) ?? [];
    if (status !== undefined) response.writeHead(status).end(JSON.stringify(body));
  });
  api = server;
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** `npm run e2e -- ARGS`, from a shell that knows nothing of AWS. */
function runCommand(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const options = { cwd: repositoryRoot, env: { ...bareShell, NO_COLOR: '1' } };
  return new Promise((resolve) => {
    execFile(process.execPath, ['scripts/e2e.ts', ...args], options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

describe('what does not fit is refused with one line, before anything is asked', () => {
  const quick = { RetryScheduleSeconds: '0,1,1' };

  test.each([
    ['outputs that are not there', { missing: true }, [], '/nowhere.json: no such file; cdk deploy'],
    ['outputs of an older version', {}, [], 'holds no RetryScheduleSeconds'],
    [
      'a schedule of two attempts',
      { RetryScheduleSeconds: '0,1' },
      [],
      'the stage has retryScheduleSeconds=0,1, and three attempts are needed: deploy it with -c retryScheduleSeconds=0,1,1',
    ],
    [
      'a schedule that takes longer than a step',
      { RetryScheduleSeconds: '0,5,300' },
      ['--step-seconds=100'],
      'the stage has retryScheduleSeconds=0,5,300, which may take 610 s, and a step ends after 100 s: deploy it with -c',
    ],
    [
      'an endpoint that is no URL',
      quick,
      ['--endpoint=localhost:4566'],
      '--endpoint=localhost:4566: must be',
    ],
    ['an API that is no URL', quick, ['--api-url=api'], '--api-url=api: must be'],
    ['a receiver that is no URL', quick, ['--receiver-url=me'], '--receiver-url=me: must be'],
    [
      'a port that is none',
      quick,
      ['--receiver-port=65536'],
      '--receiver-port=65536: must be a number from 0',
    ],
    ['a time that is none', quick, ['--step-seconds=soon'], '--step-seconds=soon: must be a number from 1'],
    ['an unknown option', quick, ['--fast'], 'Unknown option `--fast`'],
  ])('%s', async (_, { missing, ...delivery }: Record<string, string | boolean>, args, message) => {
    const file = missing ? '/nowhere.json' : await writeOutputs(delivery as Record<string, string>);
    const { code, stdout, stderr } = await runCommand('--outputs', file, ...args);

    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });
});

describe('a step that fails is named, and what was made is removed all the same', () => {
  const created = 'an API key is issued for a signed request, and for no other';
  const removed = 'everything that this run has made is removed';

  async function runAgainst(answer: Answer, ...args: string[]) {
    const requests: string[] = [];
    const apiUrl = await startApi((route, isSigned) => {
      requests.push(route.replace(/acc_e2e_[\w-]+/, 'ACCOUNT'));
      return answer(route, isSigned);
    });
    const outputs = await writeOutputs({ RetryScheduleSeconds: '0,0,0' }, apiUrl);
    return { ...(await runCommand('--outputs', outputs, ...args)), requests };
  }

  /** As a stage would, up to the subscriptions. */
  const issuing: Answer = (route, isSigned) => {
    if (route.startsWith('DELETE /accounts/')) return [200, {}];
    if (route === 'GET /event-types') return [200, { items: [{ type: 'a.b' }, { type: 'c.d' }] }];
    if (route === 'POST /subscriptions') return [400, { issues: [{ field: 'url' }] }];
    return isSigned ? [201, { key: 'whk_1' }] : [403, { message: 'Forbidden' }];
  };

  test('an API that does not answer in time', async () => {
    const { code, stdout, stderr } = await runAgainst(() => undefined, '--step-seconds=1');

    expect(stdout).toMatch(new RegExp(`failed +\\d+ ms {2}${created}\n`));
    expect(stderr).toContain(`The end-to-end run failed: "${created}": not within 1 s: `);
    expect(stderr).toContain(`and "${removed}": not within 1 s: `);
    expect(code).toBe(1);
  });

  test('an API that issues keys to everybody', async () => {
    const { code, stderr, requests } = await runAgainst((...asked) =>
      asked[0].startsWith('POST /accounts/') ? [201, { key: 'whk_1' }] : issuing(...asked),
    );

    expect(stderr).toBe(
      `The end-to-end run failed: "${created}": a request for a key without a signature was answered with 2xx\n`,
    );
    expect(requests).toEqual(['POST /accounts/ACCOUNT/api-keys', 'DELETE /accounts/ACCOUNT']);
    expect(code).toBe(1);
  });

  test('a stage that does not take the URL of the receiver', async () => {
    const { code, stderr, requests } = await runAgainst(issuing);

    expect(stderr).toMatch(
      /"three subscriptions take effect": the stage does not take the receiver's URL http:\/\/127\.0\.0\.1:\d+\/acc_e2e_[\w-]+\/\w+: deploy it with -c allowPrivateCallbacks=true, or give a public https address by --receiver-url/,
    );
    expect(requests.slice(-2)).toEqual(['POST /subscriptions', 'DELETE /accounts/ACCOUNT']);
    expect(requests.filter((route) => route === 'POST /subscriptions')).toHaveLength(1);
    expect(code).toBe(1);
  });

  test('and so is a clean-up that fails', async () => {
    const { code, stdout, stderr } = await runAgainst((...asked) =>
      asked[0].startsWith('DELETE ') ? [500, {}] : issuing(...asked),
    );

    expect(stdout).toMatch(new RegExp(`failed +\\d+ ms {2}${removed}\n$`));
    expect(stderr).toMatch(new RegExp(`\nand "${removed}": DELETE /accounts/\\S+ was answered with 500`));
    expect(code).toBe(1);
  });
});

test('--help says what the stage needs', async () => {
  const { code, stdout } = await runCommand('--help');

  for (const text of ['--endpoint <url>', 'retryScheduleSeconds=0,1,1', 'allowPrivateCallbacks=true'])
    expect(stdout).toContain(text);
  expect(code).toBe(0);
});
