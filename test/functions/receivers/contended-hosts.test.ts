import { beforeEach, describe, expect, test } from '@jest/globals';
import { createContendedHosts } from '../../../functions/receivers/contended-hosts.ts';

const startMs = Date.parse('2026-11-23T17:00:00.000Z');
const at = (ms: number) => new Date(startMs + ms);

let written: (readonly [host: string, accountId: string, windowMs: number])[];
let others: number;
let sandbox: ReturnType<typeof createContendedHosts>;
beforeEach(() => {
  written = [];
  others = 0;
  const accounts = new Map<string, Set<string>>();
  sandbox = createContendedHosts({
    async addContender(host, accountId, windowStartMs) {
      written.push([host, accountId, windowStartMs - startMs]);
      const key = `${host} ${windowStartMs}`;
      const known = (accounts.get(key) ?? new Set()).add(accountId);
      accounts.set(key, known);
      return known.size + others;
    },
  });
});

test('nobody waits at a host of which nothing is known', () => {
  expect(sandbox.countContenders('a', at(0))).toBe(0);
});

describe('an account that waits', () => {
  test('counts in this window of ten seconds and in the next one, at this host', async () => {
    await sandbox.addContender('a', 'acc_1', at(3_000));

    const counts = [3_000, 9_999, 10_000, 19_999, 20_000].map((ms) => sandbox.countContenders('a', at(ms)));
    expect(counts).toEqual([1, 1, 1, 1, 0]);
    expect(sandbox.countContenders('b', at(3_000))).toBe(0);
  });

  test('is written once in a window', async () => {
    for (const ms of [0, 1, 9_999, 10_000]) await sandbox.addContender('a', 'acc_1', at(ms));
    await sandbox.addContender('b', 'acc_1', at(0));

    expect(written).toEqual([
      ['a', 'acc_1', 0],
      ['a', 'acc_1', 10_000],
      ['b', 'acc_1', 0],
    ]);
  });

  test('counts together with those of other sandboxes', async () => {
    others = 5;
    await sandbox.addContender('a', 'acc_1', at(0));
    await sandbox.addContender('a', 'acc_2', at(0));

    expect(sandbox.countContenders('a', at(0))).toBe(7);
  });

  test('makes the number no smaller than it was in the window before', async () => {
    for (const accountId of ['acc_1', 'acc_2', 'acc_3']) await sandbox.addContender('a', accountId, at(0));
    await sandbox.addContender('a', 'acc_1', at(10_000));

    expect(sandbox.countContenders('a', at(10_000))).toBe(3);
    await sandbox.addContender('a', 'acc_1', at(20_000));
    expect(sandbox.countContenders('a', at(20_000))).toBe(1);
  });
});
