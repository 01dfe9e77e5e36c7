import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { HandshakeTimeout, raceConnections, type Socket } from '../../adapters/connection-race.ts';

/** When addresses are tried, by a clock of its own. Real sockets are in guarded-connector.test.ts. */

type Connected = Parameters<Parameters<typeof raceConnections>[1]>[1];

let startedAt: number;
let opened: {
  address: string;
  afterMs: number;
  isDestroyed: boolean;
  connected: Connected;
  socket: Socket;
}[];
let results: { error: Error | null; socket: Socket | null; afterMs: number }[];
beforeEach(() => {
  jest.useFakeTimers();
  startedAt = Date.now();
  opened = [];
  results = [];
});
afterEach(() => {
  jest.useRealTimers();
});

const sinceStart = () => Date.now() - startedAt;

function race(...addresses: string[]): void {
  raceConnections(
    addresses,
    (address, connected) => {
      const entry = { address, afterMs: sinceStart(), isDestroyed: false, connected };
      const destroy = () => void Object.assign(entry, { isDestroyed: true });
      const socket = { connecting: true, destroy } as unknown as Socket;
      opened.push(Object.assign(entry, { socket }));
      return socket;
    },
    (error, socket) => void results.push({ error, socket, afterMs: sinceStart() }),
  );
}

/** It has a connection, and goes on with its handshake. */
function beginHandshake(address: string): void {
  const one = opened.find((each) => each.address === address);
  if (one) Object.assign(one.socket, { connecting: false });
}

function succeed(address: string): void {
  const one = opened.find((each) => each.address === address);
  if (one) one.connected(null, one.socket);
}

function fail(address: string, code: string): void {
  opened.find((each) => each.address === address)?.connected(Object.assign(new Error(code), { code }), null);
}

const starts = () => opened.map(({ address, afterMs }) => [address, afterMs]);

describe('the next address', () => {
  test('is tried each time that the latest has been silent for 250 ms', () => {
    race('a', 'b', 'c');
    jest.advanceTimersByTime(249);
    expect(starts()).toEqual([['a', 0]]);
    jest.advanceTimersByTime(4_000);

    expect(starts()).toEqual([
      ['a', 0],
      ['b', 250],
      ['c', 500],
    ]);
    expect(results).toEqual([]);
  });

  test('is tried at once when the latest fails, and has 250 ms of its own', () => {
    race('a', 'b', 'c');
    jest.advanceTimersByTime(100);
    fail('a', 'ECONNREFUSED');
    jest.advanceTimersByTime(1_000);

    expect(starts()).toEqual([
      ['a', 0],
      ['b', 100],
      ['c', 350],
    ]);
  });

  test('is not tried once one is ready', () => {
    race('a', 'b');
    jest.advanceTimersByTime(249);
    succeed('a');
    jest.advanceTimersByTime(10_000);

    expect(starts()).toEqual([['a', 0]]);
    expect(results).toEqual([{ error: null, socket: opened[0]?.socket, afterMs: 249 }]);
    expect(opened[0]?.isDestroyed).toBe(false);
  });
});

test.each([[['a']], [['a', 'b', 'c']]])('all together have five seconds: %p', (addresses) => {
  race(...addresses);
  jest.advanceTimersByTime(4_999);
  expect(results).toEqual([]);
  jest.advanceTimersByTime(2);

  expect(results.map(({ error }) => error)).toMatchObject([{ code: 'UND_ERR_CONNECT_TIMEOUT' }]);
  expect(opened.map(({ isDestroyed }) => isDestroyed)).toEqual(addresses.map(() => true));
});

test('a race that ends in a handshake says so, and one without a connection does not', () => {
  race('a', 'b');
  jest.advanceTimersByTime(1_000);
  beginHandshake('b');
  race('c');
  jest.advanceTimersByTime(6_000);

  expect(results.map(({ error }) => error instanceof HandshakeTimeout)).toEqual([true, false]);
  expect(results[1]?.error).toMatchObject({ code: 'UND_ERR_CONNECT_TIMEOUT' });
});
