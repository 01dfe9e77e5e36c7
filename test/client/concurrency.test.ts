import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { EventToPublish } from '../../client/publisher.ts';
import { until } from '../support/until.ts';
import { accept, closePublishers, type EntryAnswer, event, publisherTo } from './publisher-to.ts';

afterEach(closePublishers);

const eventsOf = (count: number) => Array.from({ length: count }, () => event());

/** Answers of a server that holds every call until it is told to go on. */
function held() {
  const gate = Promise.withResolvers<void>();
  const answer = async (): Promise<EntryAnswer> => {
    await gate.promise;
    return accept();
  };
  return { release: () => gate.resolve(), answer };
}

/** Events that count how many of them have been read. */
function counted(count: number) {
  let read = 0;
  const events = eventsOf(count).map((each) => ({
    toJSON() {
      read += 1;
      return each;
    },
  }));
  return { events: events as unknown as EventToPublish[], read: () => read };
}

test('as many calls as allowed are under way at a time, and no more, for all calls of publish together', async () => {
  const { release, answer } = held();
  const { publisher, calls } = await publisherTo(answer, { maxConcurrentCalls: 3 });
  const publishing = [
    publisher.publish(eventsOf(100)),
    ...eventsOf(50).map((each) => publisher.publish([each])),
  ];
  await until('3 calls are under way', () => calls.length === 3);
  for (let turn = 0; turn < 100; turn += 1) await setImmediate();
  expect(calls).toHaveLength(3);

  release();
  const results = await Promise.all(publishing);
  expect(results.flatMap(({ published }) => published)).toHaveLength(150);
});

test('ten calls are under way at a time unless it is told otherwise', async () => {
  const { release, answer } = held();
  const { publisher, calls } = await publisherTo(answer);
  const publishing = publisher.publish(eventsOf(200));
  await until('10 calls are under way', () => calls.length === 10);
  for (let turn = 0; turn < 100; turn += 1) await setImmediate();
  expect(calls).toHaveLength(10);
  release();
  await publishing;
});

test('events that are published one by one at the same time share calls', async () => {
  const { publisher, calls } = await publisherTo(accept);
  const results = await Promise.all(eventsOf(50).map((each) => publisher.publish([each])));
  expect(results.flatMap(({ published }) => published)).toHaveLength(50);
  expect(calls.map((entries) => entries.length)).toEqual([10, 10, 10, 10, 10]);
});

test('a single event does not wait for the end of a long list', async () => {
  const { publisher, calls } = await publisherTo(accept, { maxConcurrentCalls: 1 });
  const long = publisher.publish(eventsOf(500));
  await publisher.publish([event({ id: 'evt_single' })]);
  const callsBefore = calls.findIndex((entries) =>
    entries.some(({ Detail }) => Detail.includes('evt_single')),
  );
  expect(callsBefore).toBeLessThan(5);
  expect((await long).published).toHaveLength(500);
});

test('no more of a long list is read than the next calls take', async () => {
  const { release, answer } = held();
  const { publisher, calls } = await publisherTo(answer, { maxConcurrentCalls: 2 });
  const { events, read } = counted(1_000);
  const publishing = publisher.publish(events);
  await until('2 calls are under way', () => calls.length === 2);
  for (let turn = 0; turn < 200; turn += 1) await setImmediate();
  expect(read()).toBeLessThanOrEqual(50);

  release();
  expect((await publishing).published).toHaveLength(1_000);
});

test('whatever else the process does gets its turn between the checks of ten events', async () => {
  const { publisher } = await publisherTo(accept);
  const { events, read } = counted(500);
  let most = 0;
  const publishing = [
    publisher.publish(events.slice(0, 250)),
    ...events.slice(250).map((each) => publisher.publish([each])),
  ];
  for (let before = read(); before < 500; ) {
    await setImmediate();
    most = Math.max(most, read() - before);
    before = read();
  }
  expect(most).toBeLessThanOrEqual(10);
  await Promise.all(publishing);
});

test('a list that nobody waits for any more makes room for the next', async () => {
  const { answer } = held();
  const controller = new AbortController();
  const { publisher, calls } = await publisherTo(
    (entry) => (entry.Detail.includes('evt_next') ? accept() : answer()),
    { maxConcurrentCalls: 1 },
  );
  const abandoned = publisher.publish(eventsOf(300), { signal: controller.signal });
  await until('1 calls are under way', () => calls.length === 1);
  const next = publisher.publish([event({ id: 'evt_next' })]);
  controller.abort();
  expect((await abandoned).unpublished).toHaveLength(300);
  expect((await next).published).toHaveLength(1);
});

describe('a list above a quota', () => {
  test('is published as a whole, and at most as often as it takes', async () => {
    const perSecond = 200;
    let tokens = perSecond;
    let last = performance.now();
    const attempts = new Map<string, number>();
    const { publisher } = await publisherTo((entry) => {
      const now = performance.now();
      tokens = Math.min(perSecond, tokens + ((now - last) * perSecond) / 1_000);
      last = now;
      attempts.set(entry.Detail, (attempts.get(entry.Detail) ?? 0) + 1);
      if (tokens < 1) return { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' };
      tokens -= 1;
      return accept();
    });
    const { published, unpublished } = await publisher.publish(eventsOf(500));
    expect(unpublished).toEqual([]);
    expect(published).toHaveLength(500);
    expect(Math.max(...attempts.values())).toBeLessThanOrEqual(5);
  });

  test('that takes nothing is sent no more often than allowed', async () => {
    const { publisher, calls } = await publisherTo(() => ({ ErrorCode: 'ThrottlingException' }), {
      maxAttempts: 3,
    });
    const { unpublished } = await publisher.publish(eventsOf(12));
    expect(unpublished).toHaveLength(12);
    for (const each of unpublished)
      expect(each).toMatchObject({ reason: 'unavailable', explanation: 'ThrottlingException: ' });
    expect(calls.flat()).toHaveLength(36);
  });
});
