import { fileURLToPath } from 'node:url';
import { Queue } from 'bullmq';
import { Client } from 'pg';
import { deliveryMessageSchema } from '../../core/deliveries/delivery.ts';
import { startMeasuredProcess } from '../measured-process.ts';
import { readCpuMicros } from '../processor-time.ts';
import type { Contestant } from '../samples.ts';
import { createAttempts, type DeliveryJob, queueName } from './queue-schema.ts';
import { database, databaseUser, findProgram, startPostgres, startRedis } from './servers.ts';
import type { Subscriber } from './subscribers.ts';
import { makeBatches, type Traffic } from './traffic.ts';

/** CPU of one window, in microseconds for each delivery. */
export interface QueueCpu {
  readonly worker: number;
  readonly redis: number;
  readonly postgres: number;
}

export interface QueueContestant extends Contestant {
  /** Of each window so far. */
  readonly windows: readonly QueueCpu[];
}

export interface QueueBuild {
  createContestant(name: string, traffic: Traffic, deliveries: number): QueueContestant;
}

/** What is needed and not installed. */
export function missingPrograms(): string[] {
  return ['redis-server', 'initdb', 'postgres'].filter((name) => findProgram(name) === undefined);
}

/**
 * A BullMQ worker in a process of its own, with the servers that it needs. Their CPU counts as its own. `closers` get
 * what ends them.
 */
export async function startQueueBuild(
  subscribers: readonly Subscriber[],
  environment: Readonly<Record<string, string>>,
  closers: (() => Promise<unknown>)[],
): Promise<QueueBuild> {
  const redis = await startRedis(programOf('redis-server'));
  closers.push(() => redis.close());
  const postgres = await startPostgres(programOf('initdb'), programOf('postgres'));
  closers.push(() => postgres.close());
  const databaseUrl = `postgres://${databaseUser}@127.0.0.1:${postgres.port}/${database}`;
  await createTable(databaseUrl);
  const queue = new Queue<DeliveryJob>(queueName, { connection: { host: '127.0.0.1', port: redis.port } });
  closers.push(() => queue.close());
  const worker = await startMeasuredProcess({
    file: fileURLToPath(new URL('./queue-worker.ts', import.meta.url)),
    handler: 'handler',
    environment: { ...environment, DATABASE_URL: databaseUrl, REDIS_PORT: String(redis.port) },
  });

  closers.push(() => worker.close());
  const serverCpu = () => ({ redis: readCpuMicros(redis.pid), postgres: readCpuMicros(postgres.pid) });

  async function runWindow(jobs: readonly DeliveryJob[]): Promise<QueueCpu> {
    // As a team sets it: a job that is done goes, and one that fails comes again.
    const opts = { removeOnComplete: true, attempts: 10, backoff: { type: 'exponential', delay: 5_000 } };
    await queue.addBulk(jobs.map((data) => ({ name: 'delivery', data, opts })));
    const before = serverCpu();
    const { cpuMicros } = await worker.handle([{ jobs: jobs.length }], { events: 1 });
    const after = serverCpu();
    return {
      worker: cpuMicros / jobs.length,
      redis: (after.redis - before.redis) / jobs.length,
      postgres: (after.postgres - before.postgres) / jobs.length,
    };
  }

  return {
    createContestant(name, traffic, deliveries) {
      const windows: QueueCpu[] = [];
      return {
        name,
        windows,
        async runWindow() {
          const jobs = makeJobs(traffic, subscribers, deliveries);
          // The first time, V8 has yet to compile what is used often.
          if (windows.length === 0) await runWindow(jobs);
          const cpu = await runWindow(jobs);
          windows.push(cpu);
          return cpu.worker + cpu.redis + cpu.postgres;
        },
      };
    },
  };
}

/** The same deliveries as the batches of the other builds. */
function makeJobs(traffic: Traffic, subscribers: readonly Subscriber[], count: number): DeliveryJob[] {
  const records = makeBatches(traffic, subscribers, new Date()).flatMap((batch) => batch.Records);
  const distinct = records.map(({ body: text }) => {
    const { subscriptionId, eventId, body = '' } = deliveryMessageSchema.parse(JSON.parse(text));
    return { subscriptionId, eventId, body };
  });
  return Array.from({ length: count }, (_, index) => distinct[index % distinct.length]).filter(
    (job) => job !== undefined,
  );
}

async function createTable(connectionString: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  await client.query(createAttempts);
  await client.end();
}

function programOf(name: string): string {
  const found = findProgram(name);
  if (found === undefined) throw new Error(`${name} is not installed`);
  return found;
}
