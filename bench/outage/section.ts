import { type Accounts, startWorld, type World, warmUp } from '../local-run/world.ts';
import type { BenchOptions, Section, SectionResult } from '../section.ts';
import { measureOutage, type Plan } from './outage.ts';
import { drainSettings, rateLimitPerSecond } from './recovery.ts';
import { describeOutages } from './result.ts';

const others = { name: 'quiet', count: 10, subscriptions: 1 };
const down = { name: 'down', count: 1, subscriptions: 1 };
const limited = {
  name: 'limited',
  count: 1,
  subscriptions: 1,
  rateLimit: { calls: rateLimitPerSecond, perSeconds: 1 },
} as const;
const large = { name: 'large', count: 1, subscriptions: 1 };

/** Everything that takes a minute by default takes a second here. */
const scaledSettings = {
  retryScheduleSeconds: '0,1,5,30,120,300,600',
  breakerMinSeconds: '1',
  breakerMaxSeconds: '60',
  drainStepSeconds: String(drainSettings.stepSeconds),
  drainStartPerSecond: String(drainSettings.startPerSecond),
  drainMaxPerSecond: String(drainSettings.maxPerSecond),
  cacheMs: '100',
  callbackTimeoutMs: '5000',
  // As on AWS. With the five of the local stage, an account's deliveries would wait for its places there.
  maxDeliverers: '100',
};

const othersPerSecond = 10;

/** Events for the receiver that is down. With all their retries, two processors can take no more. */
const perSecond = 50;

export const outageSection: Section = {
  name: 'outage',
  title: 'Outage: a receiver that is down for twenty minutes, at sixty times the speed',
  run: measure,
};

async function measure(options: BenchOptions): Promise<SectionResult> {
  const { short, progress } = options;
  const deliveries = short ? 1_000 : 2_000;
  const publishingSeconds = deliveries / perSecond;
  const victim = (accounts: Accounts, deliveries: number) => ({
    accounts,
    eventsPerSecond: deliveries / publishingSeconds,
  });
  const plan = {
    others,
    othersPerSecond,
    publishingSeconds,
    beforeSeconds: short ? 8 : 20,
    patienceSeconds: 120,
    endsOnce: 'parked' as const,
  };
  const victims = [victim(down, deliveries), victim(limited, deliveries / 10)];
  const without = await inWorld({ breakerFailures: '0' }, options, (world) => {
    progress('an outage without the breaker');
    // Its recovery is there to be seen in the plot.
    const patienceSeconds = short ? 0 : 60;
    const ofThis = { name: 'without', victims, outageSeconds: 0, patienceSeconds } as const;
    return measureOutage(world, { ...plan, ...ofThis, endsOnce: 'tried three times' });
  });
  const withBreaker = await inWorld({}, options, async (world) => {
    progress('the same outage with the breaker');
    const outageSeconds = (without.upAtMicros - without.downAtMicros) / 1e6;
    const outage = await measureOutage(world, { ...plan, name: 'breaker', victims, outageSeconds });
    if (short) return { outage };
    progress('an outage with 10,000 deliveries');
    const ofMany: Plan = {
      ...plan,
      name: 'large',
      publishingSeconds: 100,
      outageSeconds: 0,
      victims: [{ accounts: large, eventsPerSecond: 100 }],
      patienceSeconds: 300,
    };
    return { outage, large: await measureOutage(world, ofMany) };
  });
  return describeOutages({ ...withBreaker, without, percentile: short ? 'p90' : 'p99' });
}

async function inWorld<Result>(
  settings: Readonly<Record<string, string>>,
  { short, progress }: BenchOptions,
  use: (world: World) => Promise<Result>,
): Promise<Result> {
  progress('starts the local run');
  const groups = [others, down, limited, ...(short ? [] : [large])];
  const world = await startWorld(groups, { ...scaledSettings, ...settings }, { sweepSeconds: 1 });
  try {
    await warmUp(world, others, 600);
    return await use(world);
  } finally {
    await world.close();
  }
}
