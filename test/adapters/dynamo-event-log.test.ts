import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { DynamoTable } from '../../adapters/dynamo-client.ts';
import { createEventLog } from '../../adapters/dynamo-event-log.ts';
import { eventKey } from '../../adapters/dynamo-keys.ts';
import { internalFailure, startWireProxy, type WireProxy } from '../../bench/wire-proxy.ts';
import { eventCatalog } from '../../core/events/event-catalog.ts';
import { publishedEvent, uniqueId } from '../support/builders.ts';
import { connectTableAt, startTable, type TableEngine } from '../support/engines.ts';

let engine: TableEngine;
let proxy: WireProxy;
let table: DynamoTable;
let log: ReturnType<typeof createEventLog>;
beforeAll(async () => {
  engine = await startTable();
  proxy = await startWireProxy(engine.endpoint);
  table = await connectTableAt(proxy.url);
  log = createEventLog(table);
});
afterEach(() => proxy.reset());
afterAll(async () => {
  table.client.destroy();
  await proxy.close();
  await engine.close();
});

const now = new Date('2026-11-23T16:55:02.000Z');
const plan = [
  { subscriptionId: 'sub_1', decision: 'enqueue' },
  { subscriptionId: 'sub_2', decision: 'not-subscribed' },
] as const;

function newEvent() {
  return publishedEvent({ detail: { id: uniqueId('evt') } });
}

describe('recordEvent', () => {
  test('stores an event with its plan, and answers with both when there is one', async () => {
    const event = newEvent();

    expect(await log.recordEvent(event, plan, now)).toBe('recorded');
    expect(await log.recordEvent(event, [], now)).toEqual({
      envelopeId: event.envelopeId,
      contentHash: event.contentHash,
      acceptedAt: event.acceptedAt,
      plan,
    });
  });

  test('the first publication stays, whatever comes later under its id', async () => {
    const event = newEvent();
    await log.recordEvent(event, plan, now);

    await log.recordEvent({ ...event, envelopeId: 'later', contentHash: 'other', body: '{}' }, [], now);

    expect(await log.readEventBody(event.accountId, event.id)).toEqual({ text: event.body, isTest: false });
  });

  test('two accounts may use the same event id', async () => {
    const event = newEvent();

    expect(await log.recordEvent(event, plan, now)).toBe('recorded');
    expect(await log.recordEvent({ ...event, accountId: 'acc_2' }, plan, now)).toBe('recorded');
  });

  test('an event is kept for 30 days after it was accepted', async () => {
    const event = newEvent();
    await log.recordEvent(event, plan, now);

    const { Item } = await table.client.send(
      new GetCommand({ TableName: table.tableName, Key: eventKey(event.accountId, event.id) }),
    );
    const acceptedSeconds = Date.parse(event.acceptedAt) / 1000;

    expect(Item?.['expiresAt']).toBe(acceptedSeconds + 30 * 86_400);
  });

  test('a write that landed and whose reply was lost is found by the client’s next try', async () => {
    const event = newEvent();
    let lost = false;
    proxy.intercept(async (call) => {
      const answer = await call.forward();
      if (call.operation !== 'PutItem' || lost) return answer;
      lost = true;
      return undefined;
    });

    expect(await log.recordEvent(event, plan, now)).toMatchObject({ envelopeId: event.envelopeId, plan });
  });

  test('is a fault of ours when the table does not answer', async () => {
    proxy.intercept(async () => internalFailure);

    await expect(log.recordEvent(newEvent(), plan, now)).rejects.toMatchObject({ name: 'InternalFailure' });
  });
});

describe('readEventBody', () => {
  test('answers with the bytes that were stored', async () => {
    const data = { ...eventCatalog[0].example, note: 'ação 🚚 \u0000 "quoted"' };
    const event = publishedEvent({ detail: { id: uniqueId('evt'), data } });
    await log.recordEvent(event, plan, now);

    expect(await log.readEventBody(event.accountId, event.id)).toEqual({ text: event.body, isTest: false });
  });

  test('tells a test from an event that was published', async () => {
    const event = { ...newEvent(), isTest: true };
    await log.recordEvent(event, plan, now);

    expect(await log.readEventBody(event.accountId, event.id)).toEqual({ text: event.body, isTest: true });
  });

  test('a body of 256 KiB fits into an item', async () => {
    const note = Array.from({ length: 12_000 }, (_, index) => Math.sin(index).toString(36)).join('');
    const data = { ...eventCatalog[0].example, note: note.slice(0, 260_000) };
    const event = publishedEvent({ detail: { id: uniqueId('evt'), data } });
    await log.recordEvent(event, plan, now);

    expect(event.body.length).toBeGreaterThan(150_000);
    expect(await log.readEventBody(event.accountId, event.id)).toEqual({ text: event.body, isTest: false });
  });

  test('there is none for an unknown event, nor for another account’s', async () => {
    const event = newEvent();
    await log.recordEvent(event, plan, now);

    expect(await log.readEventBody(event.accountId, 'evt_unknown')).toBeUndefined();
    expect(await log.readEventBody('acc_2', event.id)).toBeUndefined();
  });
});
