import { Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { raceConnections } from '../../adapters/connection-race.ts';
import { until } from '../support/until.ts';

type Open = Parameters<typeof raceConnections>[1];
type Connected = Parameters<Open>[1];

interface Opened {
  readonly socket: Socket;
  readonly connected: Connected;
}

/** Starts a race of connections that end as the test says, when it says so. */
function race(addresses: readonly string[]) {
  const opened = new Map<string, Opened>();
  const results: (string | Socket)[] = [];
  const open: Open = (address, connected) => {
    const socket = new Socket();
    opened.set(address, { socket, connected });
    return socket;
  };
  raceConnections(addresses, open, (error, socket) => results.push(error?.message ?? (socket as Socket)));
  const of = (address: string): Opened => {
    const found = opened.get(address);
    if (!found) throw new Error(`${address} was not tried`);
    return found;
  };
  return {
    results,
    tried: () => [...opened.keys()],
    socketOf: (address: string) => of(address).socket,
    connect: (address: string, socket = of(address).socket) => of(address).connected(null, socket),
    fail: (address: string, code: string) =>
      of(address).connected(Object.assign(new Error(code), { code }), null),
  };
}

describe('a failure', () => {
  test('is followed by the next address at once', () => {
    const { tried, fail } = race(['a', 'b', 'c']);
    expect(tried()).toEqual(['a']);

    fail('a', 'ECONNREFUSED');
    expect(tried()).toEqual(['a', 'b']);
    fail('b', 'ECONNREFUSED');
    expect(tried()).toEqual(['a', 'b', 'c']);
    fail('c', 'ECONNREFUSED');
  });

  test.each([
    [['ECONNREFUSED', 'ECONNRESET'], 'ECONNREFUSED'],
    [['ENETUNREACH', 'ECONNREFUSED'], 'ECONNREFUSED'],
    [['EHOSTUNREACH', 'ECONNRESET'], 'ECONNRESET'],
    [['EADDRNOTAVAIL', 'ECONNREFUSED'], 'ECONNREFUSED'],
    [['ECONNREFUSED', 'ENETUNREACH'], 'ECONNREFUSED'],
    [['EHOSTUNREACH', 'ENETUNREACH'], 'EHOSTUNREACH'],
  ])('of all addresses, %j, is told by %s: our own network is named last', (codes, told) => {
    const { results, fail } = race(['a', 'b']);
    codes.forEach((code, index) => fail(['a', 'b'][index] ?? '', code));

    expect(results).toEqual([told]);
  });

  test('is told if there is no address', () => {
    expect(race([]).results).toEqual(['no address']);
  });
});

test('the first that is ready wins, and all others are destroyed, late ones too', async () => {
  const { results, tried, socketOf, connect } = race(['a', 'b']);
  // The first one is silent for so long that the second one is tried.
  await until('the second address is tried', () => tried().length === 2, { everyMs: 10 });
  connect('b');

  expect(results).toEqual([socketOf('b')]);
  expect([socketOf('a').destroyed, socketOf('b').destroyed]).toEqual([true, false]);
  const late = new Socket();
  connect('a', late);
  expect(late.destroyed).toBe(true);
  expect(results).toHaveLength(1);
  socketOf('b').destroy();
});
