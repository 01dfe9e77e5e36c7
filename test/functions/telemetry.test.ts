import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { Telemetry } from '../../core/telemetry.ts';
import { createTelemetry } from '../../functions/telemetry.ts';

const variables = {
  // As Lambda sets it.
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  POWERTOOLS_DEV: 'true',
  POWERTOOLS_METRICS_DISABLED: 'false',
  POWERTOOLS_LOG_LEVEL: 'INFO',
};
let printed: Record<string, unknown>[];
beforeEach(() => {
  // Makes the library write to this process's console.
  Object.assign(process.env, variables);
  printed = [];
  for (const level of ['log', 'info', 'warn', 'error'] as const)
    jest.spyOn(console, level).mockImplementation((line: string) => void printed.push(read(line)));
});
afterEach(() => {
  jest.restoreAllMocks();
  for (const name of Object.keys(variables)) delete process.env[name];
});

/** The library's own warnings are no JSON here. */
function read(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { text: line };
  }
}

/** What one invocation prints, or several in a row. */
async function printedBy(...uses: ((telemetry: Telemetry) => void)[]) {
  const { telemetry, middlewares } = createTelemetry('iomnihub-tests', (line) => printed.push(read(line)));
  for (const use of uses) {
    const handler = middy(async () => use(telemetry)).use(middlewares);
    await handler({}, { awsRequestId: 'request-1' } as Context).catch(() => undefined);
  }
  return {
    lines: printed.filter((line) => 'message' in line),
    metrics: printed.filter((line) => '_aws' in line),
  };
}

test('counts what it is told, or one, once an invocation', async () => {
  const { lines, metrics } = await printedBy((telemetry) => {
    telemetry.count('DeliveriesSwept', 7);
    telemetry.count('EventsRejected');
    telemetry.count('EventsRejected');
  });

  expect(lines).toEqual([]);
  expect(metrics).toMatchObject([
    {
      service: 'webhooks',
      DeliveriesSwept: 7,
      EventsRejected: 2,
      _aws: {
        CloudWatchMetrics: [
          {
            Namespace: 'iomnihub-tests',
            Dimensions: [['service']],
            Metrics: [
              { Name: 'DeliveriesSwept', Unit: 'Count' },
              { Name: 'EventsRejected', Unit: 'Count' },
            ],
          },
        ],
      },
    },
  ]);
});

test('writes lines at their level, and counts each fault of ours', async () => {
  const { lines, metrics } = await printedBy((telemetry) => {
    telemetry.info('request.served', { status: 200 });
    telemetry.warn('statistics.unwritten', { accountId: 'acc_1' });
    telemetry.error('sweep.failed', { eventId: 'evt_1' });
  });

  expect(lines).toMatchObject([
    {
      level: 'INFO',
      message: 'request.served',
      status: 200,
    },
    { level: 'WARN', message: 'statistics.unwritten', accountId: 'acc_1' },
    { level: 'ERROR', message: 'sweep.failed', eventId: 'evt_1' },
  ]);
  expect(metrics).toMatchObject([{ FaultsOfOurs: 1 }]);
});

test('writes lines from the level on that the environment names', async () => {
  process.env['POWERTOOLS_LOG_LEVEL'] = 'WARN';
  const { lines } = await printedBy((telemetry) => {
    telemetry.info('request.served', {});
    telemetry.warn('statistics.unwritten', {});
  });

  expect(lines.map((line) => line['level'])).toEqual(['WARN']);
});

test('an invocation that counts nothing prints nothing of it', async () => {
  const { lines, metrics } = await printedBy(
    () => undefined,
    (telemetry) => telemetry.info('request.served', { status: 200 }),
  );

  expect(printed).toHaveLength(1);
  expect(lines).toMatchObject([{ message: 'request.served' }]);
  expect(metrics).toEqual([]);
});

test('an invocation that fails has counted what it counted', async () => {
  const { metrics } = await printedBy((telemetry) => {
    telemetry.count('EventsRejected');
    throw new Error('broken');
  });

  expect(metrics).toMatchObject([{ EventsRejected: 1 }]);
});

test('no invocation counts what one before it has counted', async () => {
  const { metrics } = await printedBy(
    (telemetry) => telemetry.count('EventsRejected'),
    (telemetry) => telemetry.count('DeliveriesSwept'),
  );

  expect(metrics).toHaveLength(2);
  expect(metrics[1]).not.toHaveProperty('EventsRejected');
});

test('the first invocation of a sandbox is a cold start, and no other', async () => {
  const serve = (telemetry: Telemetry) => telemetry.info('request.served', {});
  const { lines } = await printedBy(serve, serve, serve);

  expect(lines.map((line) => line['cold_start'])).toEqual([true, undefined, undefined]);
});

test.each([
  ['that its stack has named', '0123456789ab', '0123456789ab'],
  ['that nobody has named', undefined, 'unknown'],
])('every line tells the commit %s', async (_, commit, told) => {
  if (commit) process.env['COMMIT'] = commit;
  try {
    const { lines } = await printedBy((telemetry) => {
      telemetry.info('request.served', {});
      telemetry.error('request.failed', {});
    });
    expect(lines.map((line) => line['commit'])).toEqual([told, told]);
  } finally {
    delete process.env['COMMIT'];
  }
});
