import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type FirstEvents,
  type FunctionName,
  prepareFirstEvents,
} from '../../bench/cold-start/first-events.ts';
import { synthesizeFunctions } from '../../bench/deployed-functions.ts';
import { startCase } from '../../bench/dispatcher/cases.ts';
import { type MeasuredHandler, startMeasuredProcess } from '../../bench/measured-process.ts';
import { type CallCounts, callsBetween, type StubAws, startStubAws } from '../../bench/stub-aws.ts';

let stub: StubAws;
let first: FirstEvents;
let findFunction: (id: string) => MeasuredHandler & { readonly tableName: string };

beforeAll(async () => {
  stub = await startStubAws();
  findFunction = await synthesizeFunctions(stub.urls);
  first = await prepareFirstEvents(stub, findFunction('Dispatcher').tableName);
}, 120_000);

afterAll(async () => {
  await first?.close();
  await stub?.close();
});

async function callsOf(name: FunctionName): Promise<CallCounts> {
  const before = await stub.countCalls();
  const measured = await startMeasuredProcess(findFunction(name));
  try {
    expect(await measured.handle([first.events[name]], { events: 1 })).toMatchObject({ failedMessages: 0 });
    return callsBetween(before, await stub.countCalls());
  } finally {
    await measured.close();
  }
}

test.each<{ name: FunctionName; does: string; calls: CallCounts }>([
  {
    name: 'Dispatcher',
    does: 'stores an event and sends a message for it',
    calls: { Query: 1, GetItem: 1, PutItem: 1, SendMessageBatch: 1 },
  },
  { name: 'Deliverer', does: 'opens a secret and records a call', calls: { Decrypt: 1, BatchWriteItem: 1 } },
  { name: 'Sweeper', does: 'asks every shard for what is due', calls: { Query: 20 } },
  { name: 'Authorizer', does: 'looks for a credential', calls: { GetItem: 1 } },
  { name: 'Api', does: 'lists the subscriptions of an account', calls: { Query: 1 } },
])('the first event of the $name: it $does', async ({ name, calls }) => {
  expect(await callsOf(name)).toMatchObject(calls);
});

test('an event at a warm cache costs one put and a tenth of a batch send for each message, whatever else is in the table', async () => {
  const measured = await startCase(
    { name: 'three of four', subscriptions: 4, fanOut: 3, furtherAccounts: 1_000 },
    stub,
    findFunction('Dispatcher'),
    10,
  );
  try {
    expect(await measured.countCalls()).toEqual({ puts: 1, sends: 0.3, others: 0 });
    expect(await measured.runWindow()).toBeGreaterThan(0);
  } finally {
    await measured.close();
  }
});
