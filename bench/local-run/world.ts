import type { RateLimit } from '../../core/subscriptions/rate-limit.ts';
import { subscribeAccounts } from './accounts.ts';
import { type LocalRun, type LocalRunOptions, startLocalRun } from './local-run.ts';
import { createPublisher, type Publisher } from './publishing.ts';
import { type Receivers, startReceivers } from './receivers.ts';

/** Accounts of one kind: `NAME0`, `NAME1` and so on, each with a receiver of its own. */
export interface Accounts {
  readonly name: string;
  readonly count: number;
  /** Of each account. All of them take every event. */
  readonly subscriptions: number;
  /** Of each subscription. Without it, there is no limit. */
  readonly rateLimit?: RateLimit;
}

/** A local run with accounts, their receivers and a publisher, each in a process of its own. */
export interface World {
  readonly run: LocalRun;
  readonly receivers: Receivers;
  readonly publisher: Publisher;
  /** Of the receiver of an account. */
  portOf(accountId: string): number;
  close(): Promise<void>;
}

/**
 * All callbacks go to one host, so the limits for a host and for an account would be what is measured. Neither counts
 * here.
 */
const withoutRateLimits = { hostRatePerSecond: '100000', accountRatePerSecond: '100000' };

export async function startWorld(
  groups: readonly Accounts[],
  settings: Readonly<Record<string, string>> = {},
  options: LocalRunOptions = {},
): Promise<World> {
  const ids = groups.flatMap(({ name, count, ...each }) =>
    Array.from({ length: count }, (_, index) => ({ id: `${name}${index}`, ...each })),
  );
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    const receivers = await startReceivers(ids.length);
    closers.push(() => receivers.close());
    const run = await startLocalRun({ ...withoutRateLimits, ...settings }, options);
    closers.push(() => run.stop());
    const accounts = ids.map((account, index) => ({ ...account, port: receivers.ports[index] ?? 0 }));
    await subscribeAccounts(run.apiUrl, accounts);
    const publisher = createPublisher(run);
    closers.push(() => publisher.close());
    const portOf = (accountId: string) => accounts.find(({ id }) => id === accountId)?.port ?? 0;
    return { run, receivers, publisher, portOf, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Spreads events evenly over accounts. */
export function inTurn({ name, count }: Accounts): (index: number) => string {
  return (index) => `${name}${index % count}`;
}

/**
 * Delivers so many events at saturation, or as many as there is time for: each of the many functions' processes has to
 * start, and to compile what it runs often, before it costs what it will.
 */
export async function warmUp(
  { publisher, receivers }: World,
  group: Accounts,
  events: number,
): Promise<void> {
  const { subscriptions: fanOut } = group;
  const load = { phase: 'warmup', accountOf: inTurn(group) };
  const enough = receivers.arrived() + events * fanOut;
  const endsAt = Date.now() + longestWarmUpMs;
  while (receivers.arrived() < enough && Date.now() < endsAt)
    await publisher.atSaturation(load, {
      receivers,
      fanOut,
      awaited: 100 * fanOut,
      warmUpMs: 0,
      measuredMs: 1_000,
    });
}

const longestWarmUpMs = 30_000;
