import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { openFlushWindow } from '../../../functions/deliverer/flush-window.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** A store that keeps what it was given, call by call, and refuses what it is told to. */
function createStore(refused: readonly string[] = []) {
  const calls: (readonly string[])[] = [];
  return {
    calls,
    async store(items: readonly string[]) {
      calls.push(items);
      return items.filter((item) => refused.includes(item));
    },
  };
}

const atMost = { waitMs: 1_000, maxCount: 3 };

const noError = (error: unknown) => {
  throw error;
};

test('what is added before the window closes is stored in one call', async () => {
  const { calls, store } = createStore();
  const window = openFlushWindow(store, atMost, noError);

  window.add('a');
  window.add('b');

  expect(await window.close()).toEqual(new Set());
  expect(calls).toEqual([['a', 'b']]);
});

test('nothing waits longer than its time for a slow neighbour', async () => {
  const { calls, store } = createStore();
  const window = openFlushWindow(store, atMost, noError);

  window.add('a');
  await jest.advanceTimersByTimeAsync(600);
  window.add('b');
  expect(calls).toEqual([]);
  await jest.advanceTimersByTimeAsync(400);
  expect(calls).toEqual([['a', 'b']]);
  window.add('c');
  await jest.advanceTimersByTimeAsync(1_000);
  expect(calls).toEqual([['a', 'b'], ['c']]);

  await window.close();
  expect(calls).toHaveLength(2);
});

test('a closed window leaves no timer behind', async () => {
  const { store } = createStore();
  const window = openFlushWindow(store, atMost, noError);
  window.add('a');

  await window.close();

  expect(jest.getTimerCount()).toBe(0);
});

test('an empty window stores nothing', async () => {
  const { calls, store } = createStore();

  expect(await openFlushWindow(store, atMost, noError).close()).toEqual(new Set());
  expect(calls).toEqual([]);
});

test('closing answers with everything that was refused since the start', async () => {
  const { store } = createStore(['a', 'c']);
  const window = openFlushWindow(store, atMost, noError);
  window.add('a');
  window.add('b');
  await jest.advanceTimersByTimeAsync(1_000);
  window.add('c');

  expect(await window.close()).toEqual(new Set(['a', 'c']));
});

test('a failed call is reported and misses all its items, and no others', async () => {
  const errors: unknown[] = [];
  let broken = true;
  const window = openFlushWindow<string>(
    async () => {
      if (broken) throw new Error('the table is down');
      return [];
    },
    atMost,
    (error) => errors.push(error),
  );
  window.add('a');
  window.add('b');
  await jest.advanceTimersByTimeAsync(1_000);
  broken = false;
  window.add('c');

  expect(await window.close()).toEqual(new Set(['a', 'b']));
  expect(errors).toMatchObject([{ message: 'the table is down' }]);
});

test('closing waits for a call that the timer began', async () => {
  let finish: (refused: string[]) => void = () => undefined;
  const window = openFlushWindow<string>(
    () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
    atMost,
    noError,
  );
  window.add('a');
  await jest.advanceTimersByTimeAsync(1_000);

  let isClosed = false;
  const closed = window.close().finally(() => {
    isClosed = true;
  });
  await jest.advanceTimersByTimeAsync(1_000);
  expect(isClosed).toBe(false);
  finish(['a']);

  expect(await closed).toEqual(new Set(['a']));
});

test('more than one call takes goes by several, and one that fails misses its own items only', async () => {
  const { calls, store } = createStore(['b']);
  const failed: (readonly string[])[] = [];
  const window = openFlushWindow<string>(
    async (items) => {
      const refused = await store(items);
      if (items.includes('e')) throw new Error('the table is down');
      return refused;
    },
    atMost,
    (_, items) => failed.push(items),
  );
  for (const item of ['a', 'b', 'c', 'd', 'e']) window.add(item);

  expect(await window.close()).toEqual(new Set(['b', 'd', 'e']));
  expect(calls).toEqual([
    ['a', 'b', 'c'],
    ['d', 'e'],
  ]);
  expect(failed).toEqual([['d', 'e']]);
});
