import { beforeEach, describe, expect, test } from '@jest/globals';
import type { DeliveryMessage } from '../../../core/deliveries/delivery.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import { createTurnReservation } from '../../../functions/deliverer/reserve-turn.ts';
import { createCallLimiter } from '../../../functions/receivers/call-limiter.ts';
import { createContendedHosts } from '../../../functions/receivers/contended-hosts.ts';
import { deliveryMessage, subscription } from '../../support/builders.ts';
import { createMemoryContenders, createMemoryTokens } from '../../support/memory-limits.ts';

const startMs = Date.parse('2026-11-23T17:00:00.000Z');
const hostRatePerSecond = 200;
const silentAddress = '203.0.113.7';

interface Waiting {
  readonly atMs: number;
  /** When it was published. */
  readonly sinceMs: number;
  readonly to: Subscription;
  readonly message: DeliveryMessage;
}

interface Call {
  readonly atMs: number;
  readonly waitedMs: number;
  readonly accountId: string;
}

let nowMs: number;
let tokens: ReturnType<typeof createMemoryTokens>;
let contenders: ReturnType<typeof createMemoryContenders>;
let lastId = 0;
beforeEach(() => {
  nowMs = startMs;
  tokens = createMemoryTokens();
  contenders = createMemoryContenders();
});

function createSandbox(addresses = [silentAddress]) {
  return createTurnReservation({
    reserveTurns: createCallLimiter(tokens.store),
    contendedHosts: createContendedHosts(contenders.store),
    names: { resolveName: async () => addresses },
    settings: {
      accountRatePerSecond: 500,
      hostRatePerSecond,
      maxDeliverers: 100,
      queueMarginSeconds: 60,
    },
    now: () => new Date(nowMs),
    random: () => 0.5,
  });
}

/** So many callbacks a second, from the beginning to the end. */
interface Load {
  readonly to: Subscription;
  readonly perSecond: number;
  readonly fromSecond?: number;
}

/** Every tenth of a second, what is due goes to the sandboxes in batches of ten. Queues know whole seconds. */
async function run(loads: readonly Load[], seconds: number, sandboxCount = 10): Promise<Call[]> {
  const sandboxes = Array.from({ length: sandboxCount }, () => createSandbox());
  const calls: Call[] = [];
  /** By the tenth of a second in which they are due. */
  const waiting = new Map<number, Waiting[]>();
  const enqueue = (one: Waiting) => {
    const tickMs = Math.ceil(one.atMs / 100) * 100;
    const others = waiting.get(tickMs);
    if (others) others.push(one);
    else waiting.set(tickMs, [one]);
  };
  for (const { to, perSecond, fromSecond = 0 } of loads) {
    for (let index = 0; index < perSecond * (seconds - fromSecond); index += 1) {
      const atMs = startMs + fromSecond * 1_000 + Math.floor((index * 1_000) / perSecond);
      enqueue({ atMs, sinceMs: atMs, to, message: messageTo(to) });
    }
  }
  for (; nowMs < startMs + seconds * 1_000; nowMs += 100) {
    const due = waiting.get(nowMs) ?? [];
    waiting.delete(nowMs);
    for (let batch = 0; batch * 10 < due.length; batch += 1) {
      const sandbox = sandboxes[(nowMs / 100 + batch) % sandboxCount] ?? createSandbox();
      await Promise.all(
        due.slice(batch * 10, batch * 10 + 10).map(async ({ sinceMs, to, message }) => {
          const postponed = await sandbox({ message, claimed: undefined }, to);
          if (!postponed) {
            calls.push({ atMs: nowMs, waitedMs: nowMs - sinceMs, accountId: to.accountId });
            return;
          }
          if (postponed.kind === 'parked') throw new Error('no subscription here has a limit');
          const { times, turn } = postponed;
          const atMs = nowMs + Math.ceil(times.waitMs / 1_000) * 1_000;
          enqueue({ atMs: Math.max(atMs, nowMs + 100), sinceMs, to, message: { ...message, turn } });
        }),
      );
    }
  }
  return calls;
}

function messageTo({ accountId, id }: Subscription): DeliveryMessage {
  lastId += 1;
  return deliveryMessage({ accountId, subscriptionId: id, eventId: `evt_${lastId}` });
}

function ofAccount(accountId: string, overrides: Partial<Subscription> = {}): Subscription {
  const url = 'https://hooks.nocode.example/catch';
  return subscription({ accountId, id: `sub_${accountId}`, url, ...overrides });
}

function floods(count: number, perSecond: number): Load[] {
  return Array.from({ length: count }, (_, index) => ({ to: ofAccount(`acc_flood_${index}`), perSecond }));
}

/** The longest wait of an account's calls, in seconds. */
function longestWait(calls: readonly Call[], accountId: string): number {
  return (
    Math.max(...calls.filter((call) => call.accountId === accountId).map(({ waitedMs }) => waitedMs)) / 1_000
  );
}

describe('a host that some accounts flood', () => {
  test.each([
    ['three of them, far beyond its rate', 3, 300],
    ['three of them, each below half of its rate', 3, 90],
    ['twenty of them', 20, 60],
  ])('is there for a quiet account at once: %s', async (_, count, perSecond) => {
    const quiet: Load = { to: ofAccount('acc_quiet'), perSecond: 2, fromSecond: 10 };

    const calls = await run([...floods(count, perSecond), quiet], 40);

    expect(calls.filter(({ accountId }) => accountId === 'acc_quiet').length).toBeGreaterThanOrEqual(56);
    // A turn within the second is a message with a delay of a second.
    expect(longestWait(calls, 'acc_quiet')).toBeLessThanOrEqual(2);
  });

  test('is there at once for an account that stays within its share', async () => {
    const busy: Load = { to: ofAccount('acc_busy'), perSecond: 30, fromSecond: 10 };

    const calls = await run([...floods(3, 200), busy], 40);

    expect(calls.filter(({ accountId }) => accountId === 'acc_busy').length).toBeGreaterThanOrEqual(840);
    expect(longestWait(calls, 'acc_busy')).toBeLessThanOrEqual(2);
  });

  test('gets its rate, no more and over two thirds of it, and each of them the same share', async () => {
    const calls = await run(floods(4, 150), 60);

    // Once they know of each other.
    const settled = calls.filter(({ atMs }) => atMs >= startMs + 20_000);
    expect(settled.length).toBeLessThanOrEqual(41 * hostRatePerSecond);
    expect(settled.length).toBeGreaterThan((2 / 3) * 40 * hostRatePerSecond);
    const shares = [...Map.groupBy(settled, ({ accountId }) => accountId).values()].map(
      ({ length }) => length,
    );
    expect(Math.max(...shares) / Math.min(...shares)).toBeLessThan(1.3);
  });

  test('costs one write for each sandbox, account and window to know who waits', async () => {
    await run(floods(3, 150), 20, 5);

    expect(contenders.writes.length).toBeLessThanOrEqual(3 * 5 * 2);
  });
});

test('accounts that do not wait are not counted: a flood keeps half of the host', async () => {
  const quiet = Array.from({ length: 50 }, (_, index) => ({
    to: ofAccount(`acc_quiet_${index}`),
    perSecond: 1,
  }));

  const calls = await run([...floods(1, 150), ...quiet], 30);

  const ofFlood = calls.filter(
    ({ accountId, atMs }) => accountId === 'acc_flood_0' && atMs >= startMs + 10_000,
  );
  expect(ofFlood.length).toBeGreaterThan(0.9 * 20 * (hostRatePerSecond / 2));
});

describe('addresses that have never answered', () => {
  const names = (suffix: (index: number) => string) =>
    Array.from({ length: 50 }, (_, index) => ({
      to: ofAccount('acc_1', { id: `sub_${index}`, url: `https://${suffix(index)}/`, receiver: {} }),
      perSecond: 1,
    }));

  test.each([
    ['fifty domains of one address', (index: number) => `silent-${index}.example`],
    ['fifty names of one domain', (index: number) => `silent-${index}.victim.example`],
  ])('get one call a second together: %s', async (_, suffix) => {
    const calls = await run(names(suffix), 10);

    expect(calls.length).toBeLessThanOrEqual(11);
    expect(calls.length).toBeGreaterThanOrEqual(8);
  });

  test('include the one to which a proven name has moved', async () => {
    const receiver = { provenAt: '2026-11-01T00:00:00.000Z', provenAddresses: ['198.51.100.1'] };
    const moved = { to: ofAccount('acc_1', { receiver }), perSecond: 20 };

    expect((await run([moved], 10)).length).toBeLessThanOrEqual(11);
  });

  test.each([
    ['has answered there', ['198.51.100.1', silentAddress]],
    ['has more addresses than are noted', Array.from({ length: 8 }, (_, index) => `198.51.100.${index}`)],
    ['proved itself before addresses were noted', undefined],
  ])('do not include that of a proven receiver that %s', async (_, provenAddresses) => {
    const receiver = {
      provenAt: '2026-11-01T00:00:00.000Z',
      ...(provenAddresses ? { provenAddresses } : {}),
    };
    const proven = { to: ofAccount('acc_1', { receiver }), perSecond: 20 };

    expect((await run([proven], 5)).length).toBeGreaterThan(90);
  });

  test('of one account leave the others their call a second', async () => {
    const other = { to: ofAccount('acc_2', { receiver: {} }), perSecond: 1 };

    const calls = await run([...names((index) => `silent-${index}.example`), other], 10);

    expect(calls.filter(({ accountId }) => accountId === 'acc_2').length).toBeGreaterThanOrEqual(8);
  });

  test('are asked for those alone that a call may try, each once', async () => {
    const one = '203.0.113.1';
    const many = [one, one, ...Array.from({ length: 20 }, (_, index) => `203.0.113.${index + 2}`)];
    const to = ofAccount('acc_1', { receiver: {} });

    await createSandbox(many)({ message: messageTo(to), claimed: undefined }, to);

    const asked = tokens.writes.map(({ bucket }) => bucket).filter((bucket) => bucket.includes('unproven'));
    expect(asked).toEqual([
      'unproven-address acc_1 203.0.113.1',
      'unproven-address acc_1 203.0.113.2',
      'unproven-address acc_1 203.0.113.3',
      'unproven-address acc_1 nocode.example',
    ]);
  });
});
