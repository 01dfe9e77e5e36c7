import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { type builds, prepareHandlers } from '../../../bench/deliverer/builds.ts';
import { type Receivers, startReceivers } from '../../../bench/deliverer/receiver.ts';
import { makeSubscribers, type Subscriber } from '../../../bench/deliverer/subscribers.ts';
import { makeBatches, traffics } from '../../../bench/deliverer/traffic.ts';
import { startMeasuredProcess } from '../../../bench/measured-process.ts';
import { type CallCounts, callsBetween, type StubAws, startStubAws } from '../../../bench/stub-aws.ts';

type HandlerName = Exclude<keyof typeof builds, 'queue'>;

let folder: string;
let stub: StubAws;
let receivers: Receivers;
let subscribers: Subscriber[];
let handlers: Awaited<ReturnType<typeof prepareHandlers>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
  [stub, receivers] = await Promise.all([startStubAws(), startReceivers(10)]);
  subscribers = makeSubscribers(receivers.urls);
  handlers = await prepareHandlers({ stub, receivers }, subscribers, folder);
});
afterAll(async () => {
  await Promise.all([stub.close(), receivers.close()]);
  await rm(folder, { recursive: true, force: true });
});

const [toOne, toTen] = traffics;

/** Hands one batch of ten to a new process of that build. */
async function deliverOneBatch(build: HandlerName, traffic: (typeof traffics)[number]) {
  const measured = await startMeasuredProcess(handlers[build]);
  try {
    const [callsBefore, receivedBefore] = [await stub.countCalls(), await receivers.countCalls()];
    const usage = await measured.handle(makeBatches(traffic, subscribers, new Date()), { events: 1 });
    const calls: CallCounts = callsBetween(callsBefore, await stub.countCalls());
    return { usage, calls, received: (await receivers.countCalls()) - receivedBefore };
  } finally {
    await measured.close();
  }
}

test.each(['deliverer', 'tutorial', 'floor'] as const)(
  '%s delivers each message of a batch',
  async (build) => {
    const { usage, received } = await deliverOneBatch(build, toTen);

    expect(usage).toMatchObject({ events: 1, failedMessages: 0 });
    expect(usage.cpuMicros).toBeGreaterThan(0);
    expect(received).toBe(10);
  },
);

test.each(['deliverer', 'tutorial', 'floor'] as const)(
  '%s signs the body of 1 KB as it is',
  async (build) => {
    await deliverOneBatch(build, toOne);

    const { headers, body } = (await receivers.readLastCall()) ?? { headers: {}, body: '' };
    const webhook = new Webhook(subscribers[0]?.secret ?? '');
    expect(webhook.verify(body, headers as Record<string, string>)).toMatchObject({ type: 'ticket.created' });
    expect(Buffer.byteLength(body)).toBe(1_024);
  },
);

test('the deliverer records a batch with one call, and the tutorial build calls twice for each delivery', async () => {
  const ours = await deliverOneBatch('deliverer', toTen);
  const tutorial = await deliverOneBatch('tutorial', toTen);
  const floor = await deliverOneBatch('floor', toTen);

  expect(ours.calls).toMatchObject({ BatchWriteItem: 1 });
  expect(ours.calls).not.toHaveProperty('PutItem');
  expect(tutorial.calls).toEqual({ GetItem: 10, PutItem: 10 });
  expect(floor.calls).toEqual({});
});
