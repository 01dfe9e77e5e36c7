import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { request } from 'undici';
import { cases, quietShare } from '../../bench/fairness/cases.ts';
import { nowMicros, readEventId, writeEventId } from '../../bench/local-run/event-id.ts';
import { createPublisher, type Publisher } from '../../bench/local-run/publishing.ts';
import { type Receivers, startReceivers } from '../../bench/local-run/receivers.ts';
import { parsePublishedEvent } from '../../core/events/published-event.ts';
import { type LocalServer, serveAwsJson } from '../../local/http-server.ts';

describe('the id of a measured event', () => {
  test('says what it is measured for, and when it was to be published', () => {
    const event = { phase: 'fanout1xat50', plannedMicros: 1_795_000_000_123_456 };

    expect(readEventId(writeEventId(event))).toEqual(event);
  });

  test('differs from that of another event of the same time', () => {
    const event = { phase: 'a', plannedMicros: 1 };

    expect(writeEventId(event)).not.toBe(writeEventId(event));
  });

  test('is told from other ids', () => {
    expect(readEventId('evt_2d2be26d-33dd-45dc-9eb3-2ff14cd2e045')).toBeUndefined();
  });
});

interface Entry {
  readonly DetailType: string;
  readonly Detail: string;
}

describe('the publisher', () => {
  let bus: LocalServer;
  let publisher: Publisher;
  let calls: Entry[][];
  let answer: (entries: readonly Entry[]) => unknown;
  beforeEach(async () => {
    calls = [];
    answer = () => ({ FailedEntryCount: 0 });
    const PutEvents = (input: unknown) => {
      const { Entries } = input as { Entries: Entry[] };
      calls.push(Entries);
      return answer(Entries);
    };
    bus = await serveAwsJson({ PutEvents });
    const place = { apiUrl: '', eventsUrl: bus.url, eventBusName: 'bus', logFolder: '' };
    const run = { pid: 0, ...place, stop: async () => undefined };
    publisher = createPublisher(run);
  });
  afterEach(async () => {
    await publisher.close();
    await bus.close();
  });

  const details = () =>
    calls.flat().map(({ Detail }) => JSON.parse(Detail) as { id: string; accountId: string });
  const load = { phase: 'some', accountOf: (index: number) => `acc${index % 2}` };

  test('plans events evenly, and publishes each of them once, with at most ten in a call', async () => {
    await expect(publisher.atRate(load, 1_000, 0.05)).resolves.toBe(50);

    const planned = details()
      .map(({ id }) => readEventId(id)?.plannedMicros ?? 0)
      .toSorted((a, b) => a - b);
    const gaps = planned.slice(1).map((micros, index) => micros - (planned[index] ?? 0));
    expect(planned).toHaveLength(50);
    // Each time is rounded.
    expect(Math.max(...gaps)).toBeLessThanOrEqual(1_001);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(999);
    expect(Math.max(...calls.map((entries) => entries.length))).toBeLessThanOrEqual(10);
    expect(details().filter(({ accountId }) => accountId === 'acc0')).toHaveLength(25);
  });

  test('does not wait for answers to earlier calls', async () => {
    let count = 0;
    const all = Promise.withResolvers<void>();
    answer = async (entries) => {
      count += entries.length;
      if (count === 5) all.resolve();
      // The first call is answered when the last event has come.
      await all.promise;
      return { FailedEntryCount: 0 };
    };

    await expect(publisher.atRate(load, 50, 0.1)).resolves.toBe(5);
  });

  test('fails if the bus refuses an event', async () => {
    answer = () => ({ FailedEntryCount: 1 });

    await expect(publisher.atRate(load, 100, 0.01)).rejects.toThrow('the bus refused events');
  });

  test('publishes events whose callbacks have a body of 1 KB', async () => {
    await publisher.atRate(load, 100, 0.01);

    const [{ DetailType, Detail } = { DetailType: '', Detail: '{}' }] = calls.flat();
    const envelope = JSON.stringify({ id: 'e', 'detail-type': DetailType, detail: JSON.parse(Detail) });
    const parsed = parsePublishedEvent(envelope, new Date());
    const bytes = 'event' in parsed ? Buffer.byteLength(parsed.event.body) : 0;
    expect(Math.abs(bytes - 1_024)).toBeLessThan(64);
  });
});

describe('the receivers', () => {
  let receivers: Receivers;
  beforeAll(async () => {
    receivers = await startReceivers(2);
  });
  afterAll(() => receivers.close());

  const call = (place: number, path: string, id: string, signal?: AbortSignal) =>
    request(`http://127.0.0.1:${receivers.ports[place]}${path}`, {
      method: 'POST',
      headers: { 'webhook-id': id },
      body: '{}',
      ...(signal ? { signal } : {}),
    });

  test('count each callback of a phase once, from the planned time on', async () => {
    const id = writeEventId({ phase: 'counted', plannedMicros: nowMicros() - 5e6 });
    const calls = [call(0, '/a', id), call(1, '/b', id), call(0, '/a', id), call(0, '/a', 'evt_other')];
    const answers = await Promise.all(calls);

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([204, 204, 204, 204]);
    await expect(receivers.haveArrived(2, 60_000)).resolves.toBe(true);
    const { count, p50, max } = await receivers.latenessIn('counted');
    expect(count).toBe(2);
    expect(p50).toBeGreaterThanOrEqual(5_000);
    expect(max).toBeGreaterThanOrEqual(p50);
  });

  test('remember their calls, and which of them they took, while they are watched', async () => {
    const [port = 0, unwatched = 0] = receivers.ports;
    const [failed, taken] = [7e6, 8e6].map((plannedMicros) =>
      writeEventId({ phase: 'watched', plannedMicros }),
    );
    receivers.watch(port);
    receivers.behave(port, { behaviour: 'fails', holdsForMs: 0 });
    await receivers.latenessIn('any');
    const { statusCode } = await call(0, '/', String(failed));
    receivers.behave(port, { behaviour: 'answers', holdsForMs: 0 });
    await receivers.latenessIn('any');
    await call(0, '/', String(taken));

    expect(statusCode).toBe(502);
    await expect(receivers.callsTo(port)).resolves.toEqual([
      { id: failed, plannedMicros: 7e6, atMicros: expect.any(Number), isTaken: false },
      { id: taken, plannedMicros: 8e6, atMicros: expect.any(Number), isTaken: true },
    ]);
    await expect(receivers.callsTo(unwatched)).resolves.toEqual([]);
  });

  test('behave as they are told', async () => {
    const [port = 0] = receivers.ports;
    const conduct = { behaviour: 'sends a head and no body', holdsForMs: 0 } as const;
    receivers.behave(port, conduct);
    // Orders are taken in turn, so this answer comes after it.
    await receivers.latenessIn('any');
    const leaving = new AbortController();

    const { statusCode, headers, body } = await call(0, '/', 'evt', leaving.signal);

    expect([statusCode, headers['content-length']]).toEqual([200, '100']);
    const reading = body.text();
    leaving.abort();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    receivers.behave(port, { behaviour: 'answers', holdsForMs: 0 });
    await receivers.latenessIn('any');
    await expect(call(0, '/', 'evt')).resolves.toMatchObject({ statusCode: 204 });
  });
});

test('quiet and noisy accounts together load the machine by a fifth at most', () => {
  expect(cases.map(({ share }) => quietShare + share).filter((sum) => sum > 0.21)).toEqual([]);
});
