import type { Lateness } from '../local-run/receivers-process.ts';
import { inTurn, startWorld, type World, warmUp } from '../local-run/world.ts';
import { summarize } from '../samples.ts';
import type { BenchOptions, Goal, Section, SectionResult } from '../section.ts';
import { type Case, cases, noisyGroup, quietShare } from './cases.ts';

const quiet = { name: 'quiet', count: 10, subscriptions: 1 };
/** Measures how much the machine can take. */
const measuring = { name: 'measuring', count: 10, subscriptions: 1 };

/** Scaled down with the deadline: receivers that answer after 14 of 15 seconds do so after 14/15 of it. */
const callbackTimeoutMs = 6_000;

/** As quickly as the bus takes them. */
const burstSeconds = 0.1;

/** What happens to the quiet accounts beside a noisy one, and just before it begins. */
interface Measured {
  readonly noise: Case;
  readonly without: Lateness;
  readonly beside: Lateness;
}

export const fairness: Section = {
  name: 'fairness',
  title: 'Fairness: quiet accounts beside one that floods, or whose receivers hold their calls',
  run: measureFairness,
};

async function measureFairness({ short, progress }: BenchOptions): Promise<SectionResult> {
  progress('starts the local run');
  const noisy = cases.map((_, index) => ({ name: noisyGroup(index), count: 1, subscriptions: 1 }));
  const world = await startWorld([quiet, measuring, ...noisy], {
    callbackTimeoutMs: String(callbackTimeoutMs),
  });
  try {
    await warmUp(world, measuring, short ? 600 : 2_000);
    const saturation = await measureSaturation(world, short);
    const measured: Measured[] = [];
    for (const [index, noise] of cases.entries()) {
      if (short && !hasGoal(noise)) continue;
      progress(noise.name);
      measured.push(await measureCase(world, noise, index, saturation, short ? 8 : 25));
    }
    return describe(saturation, measured, short ? 'p90' : 'p99');
  } finally {
    await world.close();
  }
}

/** In deliveries a second. */
async function measureSaturation({ publisher, receivers }: World, short: boolean): Promise<number> {
  const options = { receivers, fanOut: 1, awaited: 100, warmUpMs: 1_000, measuredMs: short ? 2_000 : 4_000 };
  const rates: number[] = [];
  for (let window = 0; window < 3; window += 1)
    rates.push(await publisher.atSaturation({ phase: 'measuring', accountOf: inTurn(measuring) }, options));
  return summarize(rates).median;
}

async function measureCase(
  world: World,
  noise: Case,
  index: number,
  saturation: number,
  seconds: number,
): Promise<Measured> {
  const { receivers, publisher, portOf } = world;
  const accountId = `${noisyGroup(index)}0`;
  const port = portOf(accountId);
  const publishQuiet = async (phase: string) => {
    const load = { phase, accountOf: inTurn(quiet) };
    return latenessOfAll(world, phase, await publisher.atRate(load, quietShare * saturation, seconds));
  };
  const without = await publishQuiet(`without${index}`);
  receivers.behave(port, { behaviour: noise.behaviour, holdsForMs: (callbackTimeoutMs * 14) / 15 });
  const load = { phase: `noisy${index}`, accountOf: () => accountId };
  const events = noise.share * saturation * seconds;
  const publishingSeconds = noise.isBurst ? burstSeconds : seconds;
  const publishNoisy = async () =>
    events > 0 && (await publisher.atRate(load, events / publishingSeconds, publishingSeconds));
  const [beside] = await Promise.all([publishQuiet(`beside${index}`), publishNoisy()]);
  receivers.behave(port, { behaviour: 'answers', holdsForMs: 0 });
  await untilStill(world);
  return { noise, without, beside };
}

/** Of every callback, also of those that come late, and of them above all. */
async function latenessOfAll({ receivers }: World, phase: string, expected: number): Promise<Lateness> {
  const endsAt = Date.now() + 60_000;
  for (;;) {
    const lateness = await receivers.latenessIn(phase);
    if (lateness.count >= expected || Date.now() > endsAt) return lateness;
    await receivers.haveArrived(receivers.arrived() + 1, 200);
  }
}

/** Until no callback has come for two seconds. */
async function untilStill({ receivers }: World): Promise<void> {
  const endsAt = Date.now() + 30_000;
  while (Date.now() < endsAt && (await receivers.haveArrived(receivers.arrived() + 1, 2_000)));
}

/** The 99th percentile of fewer than a hundred callbacks is the slowest of them, so a short run judges the 90th. */
type Percentile = 'p90' | 'p99';

function describe(saturation: number, measured: readonly Measured[], percentile: Percentile): SectionResult {
  const ratioOf = ({ without, beside }: Measured) => beside[percentile] / without[percentile];
  const rows = measured.map((one) => {
    const { noise, without, beside } = one;
    const load = `${100 * noise.share} %${noise.isBurst ? ', at once' : ''}`;
    const latencies = [without, beside].flatMap(({ p50, p90, p99 }) => [p50, p90, p99]);
    return [noise.name, load, without.count, ...latencies, ratioOf(one)];
  });
  return {
    tables: [
      {
        title: 'Latency of the quiet accounts, from PutEvents to the callback, in milliseconds',
        heads: [
          'one account',
          'its load',
          'callbacks',
          'p50 without',
          'p90 without',
          'p99 without',
          'p50',
          'p90',
          'p99',
          `ratio of ${percentile}`,
        ],
        rows,
      },
    ],
    goals: measured.filter(({ noise }) => hasGoal(noise)).map((one) => goalOf(one, percentile, ratioOf(one))),
    notes: [
      `Ten quiet accounts publish ${100 * quietShare} % of what the machine can take, which was ` +
        `${Math.round(saturation)} deliveries a second. Together with the noisy account it is at most a fifth, ` +
        'because on one machine everybody shares the processors, and small batches take more of them. A burst takes all of them for a while, so it has no goal.',
      `Calls may take ${callbackTimeoutMs / 1_000} s instead of 15 s, and the others in proportion.`,
      'With fewer than a hundred callbacks, the 99th percentile is the slowest of them.',
      'The queues of the local run are fair as those of SQS are: see local/fair-order.ts.',
    ],
  };
}

/** Doing nothing shows the noise of the measurement, and a burst takes the whole machine for a while. */
function hasGoal({ share, isBurst }: Case): boolean {
  return share > 0 && !isBurst;
}

function goalOf({ noise }: Measured, percentile: Percentile, ratio: number): Goal {
  return {
    name: `${percentile} of quiet accounts beside one that ${noise.name}, as a multiple of that without it`,
    value: ratio,
    atMost: 2,
    // Half a second on a quiet machine. Where nothing keeps accounts apart, it is seconds: a ratio of 100 and more.
    failsAbove: 40,
  };
}
