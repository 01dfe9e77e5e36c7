import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createNoticePublisher } from '../../adapters/eventbridge-notices.ts';
import { internalFailure, startWireProxy, type WireProxy } from '../../bench/wire-proxy.ts';
import type { NoticePublisher } from '../../core/events/notice-publisher.ts';
import { type OperationalEvent, operationalSource } from '../../core/events/operational-events.ts';
import { type AcceptedEvent, startEventBus } from '../../local/event-bus.ts';
import type { LocalServer } from '../../local/http-server.ts';
import { connectEventBridgeAt } from '../support/engines.ts';

let bus: LocalServer;
let proxy: WireProxy;
let client: EventBridgeClient;
let publisher: NoticePublisher;
const accepted: AcceptedEvent[] = [];

beforeAll(async () => {
  bus = await startEventBus(['events'], [], undefined as never, (event) => accepted.push(event));
  proxy = await startWireProxy(bus.url);
  client = connectEventBridgeAt(proxy.url);
  publisher = createNoticePublisher(client, 'events');
});
afterEach(() => {
  accepted.length = 0;
  proxy.reset();
});
afterAll(async () => {
  client.destroy();
  await proxy.close();
  await bus.close();
});

function notice(number: number, explanation = 'The receiver answers again.'): OperationalEvent {
  return {
    id: `evt_wh_${number}`,
    accountId: 'acc_1',
    type: 'webhook.subscription.resumed',
    occurredAt: '2026-11-23T16:55:00.000Z',
    data: {
      subscription: { id: 'sub_1', url: 'https://crm.example.com/********', description: '' },
      explanation,
    },
  };
}

const notices = (count: number, explanation?: string) =>
  Array.from({ length: count }, (_, index) => notice(index, explanation));

describe('notices', () => {
  test('reach the bus under our source, each with its type and detail', async () => {
    const { type, ...detail } = notice(1);

    expect(await publisher.publishNotices([notice(1)])).toEqual([]);
    expect(accepted).toEqual([{ source: operationalSource, type, detail, logLines: [] }]);
  });

  test('of which there are none ask nothing of AWS', async () => {
    expect(await publisher.publishNotices([])).toEqual([]);
    expect(proxy.calls).toEqual([]);
  });

  test('go ten at a time', async () => {
    expect(await publisher.publishNotices(notices(21))).toEqual([]);
    expect(accepted).toHaveLength(21);
    expect(proxy.calls.map(({ input }) => Number(input.Entries.length)).toSorted((a, b) => a - b)).toEqual([
      1, 10, 10,
    ]);
  });

  test('that are large go in requests of at most 256 KB', async () => {
    expect(await publisher.publishNotices(notices(6, 'x'.repeat(100_000)))).toEqual([]);
    expect(proxy.calls.map(({ input }) => input.Entries.length)).toEqual([2, 2, 2]);
  });
});

describe('are given back with the cause', () => {
  test('those that the bus did not accept, and no others', async () => {
    proxy.intercept(async (call) => {
      const answer = await call.forward();
      const [first, , ...rest] = answer.body.Entries;
      const refused = { ErrorCode: 'ThrottlingException', ErrorMessage: 'slow down' };
      return { ...answer, body: { FailedEntryCount: 1, Entries: [first, refused, ...rest] } };
    });

    expect(await publisher.publishNotices(notices(3))).toEqual([
      { event: notice(1), cause: 'ThrottlingException' },
    ]);
  });

  test('all of a request that failed as a whole, and those of others not', async () => {
    proxy.intercept((call) =>
      call.input.Entries.length === 1 ? Promise.resolve(internalFailure) : call.forward(),
    );

    expect(await publisher.publishNotices(notices(11))).toEqual([
      { event: notice(10), cause: expect.any(Error) },
    ]);
  });

  test('those that the answer does not mention', async () => {
    proxy.intercept(async () => ({ status: 200, body: { FailedEntryCount: 0, Entries: [] } }));

    expect(await publisher.publishNotices([notice(1)])).toEqual([{ event: notice(1), cause: 'NoAnswer' }]);
  });
});
