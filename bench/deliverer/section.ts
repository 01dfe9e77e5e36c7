import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMeasuredProcess } from '../measured-process.ts';
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

const fullSize = {
  traffics: traffics as readonly (typeof traffics)[number][],
  rounds: 5,
  windowCpuMs: 1_000,
  jobsPerWindow: 4_000,
};
const shortSize = {
  traffics: traffics.filter(({ bodyBytes }) => bodyBytes === 1_024),
  rounds: 3,
  windowCpuMs: 250,
  jobsPerWindow: 1_000,
};

interface Course {
  readonly scene: Scene;
  readonly size: typeof fullSize;
  readonly subscribers: readonly Subscriber[];
  /** Get what ends the processes and removes the folders. */
  readonly closers: (() => Promise<unknown>)[];
}

async function measure(
  { short, progress }: BenchOptions,
  closers: Course['closers'],
): Promise<SectionResult> {
  const size = short ? shortSize : fullSize;
  const stub = await startStubAws();
  closers.push(() => stub.close());
  const receivers = await startReceivers(10);
  closers.push(() => receivers.close());
  const scene: Scene = { stub, receivers, ...size };
  const course: Course = { scene, size, subscribers: makeSubscribers(receivers.urls), closers };

  progress('synthesizing and bundling');
  const missing = missingPrograms();
  const entrants = [
    ...(await enterHandlers(course)),
    ...(missing.length === 0 ? await enterQueue(course) : []),
  ];
  progress(`${size.rounds} rounds of ${entrants.length} windows, and one to warm up`);
  const contestants = entrants.map(({ contestant }) => contestant);
  const summaries = await measureInterleaved(contestants, size.rounds);

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

/**
 * The deliverer reserves turns for a second by what it called in the second before, so it takes some seconds until it
 * runs as it does in steady traffic.
 */
const warmUps = { deliverer: { ms: 3_000 }, tutorial: { events: 5 }, floor: { events: 5 } } as const;

async function enterHandlers({ scene, size, subscribers, closers }: Course): Promise<Entrant[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-deliverer-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const handlers = await prepareHandlers(scene, subscribers, folder);
  const entrants: Entrant[] = [];
  for (const traffic of size.traffics) {
    for (const build of ['deliverer', 'tutorial', 'floor'] as const) {
      const name = `${build} ${traffic.name}`;
      // A process of its own for each, because traffic of one kind must not warm up or burden another.
      const logFile = join(folder, `${name}.log`);
      const measured = await startMeasuredProcess({ ...handlers[build], logFile });
      closers.push(() => measured.close());
      const batches = (now: Date) => makeBatches(traffic, subscribers, now);
      const driven = { measured, warmUp: warmUps[build], makeBatches: batches };
      entrants.push({ build, traffic: traffic.name, contestant: createContestant(name, driven, scene) });
    }
  }
  return entrants;
}

async function enterQueue({ scene, size, subscribers, closers }: Course): Promise<Entrant[]> {
  const environment = {
    NODE_EXTRA_CA_CERTS: scene.receivers.authorityFile,
    SUBSCRIBERS: JSON.stringify(subscribers),
  };
  const queue = await startQueueBuild(subscribers, environment, closers);
  return size.traffics
    .filter(({ perBatch }) => perBatch > 1)
    .map((traffic) => ({
      build: 'queue',
      traffic: traffic.name,
      contestant: queue.createContestant(`queue ${traffic.name}`, traffic, size.jobsPerWindow),
    }));
}
