import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MeasuredProcess, startMeasuredProcess } from '../measured-process.ts';
import { measureInterleaved } from '../samples.ts';
import type { BenchOptions, Section, SectionResult } from '../section.ts';
import { startStubAws } from '../stub-aws.ts';
import { prepareHandlers } from './builds.ts';
import { createContestant, type Measured, type Scene } from './contestant.ts';
import { missingPrograms, type QueueContestant, startQueueBuild } from './queue-build.ts';
import { startReceivers } from './receiver.ts';
import { describeFigures, type Figure } from './result.ts';
import { makeSubscribers, type Subscriber } from './subscribers.ts';
import { makeBatches, traffics } from './traffic.ts';

/** What a delivery costs the deployed deliverer, beside what people would build or run instead. */
export const delivererSection: Section = {
  name: 'deliverer',
  title: 'CPU and AWS calls of a delivery',
  async run(options) {
    const closers: (() => Promise<unknown>)[] = [];
    try {
      return await measure(options, closers);
    } finally {
      for (const close of closers.toReversed()) await close();
    }
  },
};

/** What is measured with one kind of traffic, and how its figures are read afterwards. */
type Entrant = Pick<Figure, 'build' | 'traffic'> & { readonly contestant: Measured | QueueContestant };

const size = (short: boolean) =>
  short
    ? { rounds: 3, windowCpuMs: 250, jobsPerWindow: 1_000 }
    : { rounds: 6, windowCpuMs: 1_000, jobsPerWindow: 4_000 };

async function measure(
  { short, progress }: BenchOptions,
  closers: (() => Promise<unknown>)[],
): Promise<SectionResult> {
  const { rounds, windowCpuMs, jobsPerWindow } = size(short);
  const stub = await startStubAws();
  closers.push(() => stub.close());
  const receivers = await startReceivers(10);
  closers.push(() => receivers.close());
  const scene: Scene = { stub, receivers, windowCpuMs };
  const subscribers = makeSubscribers(receivers.urls);

  progress('synthesizing and bundling');
  const entrants = await enterHandlers(scene, subscribers, closers);
  const missing = missingPrograms();
  if (missing.length === 0) entrants.push(...(await enterQueue(scene, subscribers, jobsPerWindow, closers)));
  progress(`${rounds} rounds of ${entrants.length} windows, and one to warm up`);
  const summaries = await measureInterleaved(
    entrants.map(({ contestant }) => contestant),
    rounds,
  );

  const figures = entrants.flatMap(({ build, traffic, contestant }): Figure[] => {
    const cpu = summaries.get(contestant.name);
    if (!cpu) return [];
    const more =
      'windows' in contestant ? { parts: contestant.windows } : { calls: contestant.callsPerDelivery() };
    return [{ build, traffic, cpu, ...more }];
  });
  const result = describeFigures(figures);
  if (missing.length === 0) return result;
  const skipped = `The BullMQ worker was skipped: ${missing.join(', ')} not installed (Debian: redis-server, postgresql).`;
  return { ...result, notes: [...result.notes, skipped] };
}

/** The deliverer reserves turns for a second by what it called in the second before. */
const warmUps = { deliverer: { ms: 2_000 }, tutorial: { events: 5 }, floor: { events: 5 } } as const;

async function enterHandlers(
  scene: Scene,
  subscribers: readonly Subscriber[],
  closers: (() => Promise<unknown>)[],
): Promise<Entrant[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-deliverer-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const handlers = await prepareHandlers(scene, subscribers, folder);
  const entrants: Entrant[] = [];
  for (const traffic of traffics) {
    for (const build of ['deliverer', 'tutorial', 'floor'] as const) {
      const name = `${build} ${traffic.name}`;
      // A process of its own for each, because traffic of one kind must not warm up or burden another.
      const measured: MeasuredProcess = await startMeasuredProcess({
        ...handlers[build],
        logFile: join(folder, `${name}.log`),
      });
      closers.push(() => measured.close());
      const driven = {
        measured,
        warmUp: warmUps[build],
        makeBatches: (now: Date) => makeBatches(traffic, subscribers, now),
      };
      const contestant = createContestant(name, driven, scene);
      entrants.push({ build, traffic: traffic.name, contestant });
    }
  }
  return entrants;
}

async function enterQueue(
  { receivers }: Scene,
  subscribers: readonly Subscriber[],
  jobs: number,
  closers: (() => Promise<unknown>)[],
): Promise<Entrant[]> {
  const environment = {
    NODE_EXTRA_CA_CERTS: receivers.authorityFile,
    SUBSCRIBERS: JSON.stringify(subscribers),
  };
  const queue = await startQueueBuild(subscribers, environment, closers);
  return traffics
    .filter(({ perBatch }) => perBatch > 1)
    .map((traffic) => ({
      build: 'queue',
      traffic: traffic.name,
      contestant: queue.createContestant(`queue ${traffic.name}`, traffic, jobs),
    }));
}
