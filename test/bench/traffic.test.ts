import { expect, jest, test } from '@jest/globals';
import { countTraffic } from '../../bench/cost/traffic.ts';

// The stacks are synthesized, and run with every write read before and after.
jest.setTimeout(300_000);

test.each([1, 5])('full batches at a fan-out of %i share requests and invocations', async (fanOut) => {
  const usage = await countTraffic({ fanOut, accounts: 2, eventsAtOnce: 10, rounds: 1 });

  expect(usage).toMatchObject({
    fanOut,
    // EventBridge sends each event. All else is done for ten messages at once.
    queueRequests: {
      'AWS SendMessage': 1,
      'AWS ReceiveMessage': (1 + fanOut) / 10,
      'AWS DeleteMessageBatch': (1 + fanOut) / 10,
      'dispatcher SendMessageBatch': fanOut / 10,
    },
    tableRequests: { 'dispatcher PutItem': 1, 'deliverer BatchWriteItem': fanOut / 10 },
    writeUnits: { event: 1, 'index feed': 1, delivery: fanOut },
    invocations: { dispatcher: 0.1, deliverer: fanOut / 10 },
    keyRequests: 0,
  });
  // The body of the example has 1,021 bytes.
  expect(usage.callbackBytes / fanOut).toBeGreaterThan(1_021);
  expect(usage.logBytes['deliverer']).toBeGreaterThan(0);
});
