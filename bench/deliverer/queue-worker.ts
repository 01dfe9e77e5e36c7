import { type Job, Worker } from 'bullmq';
import { Pool } from 'pg';
import { Webhook } from 'standardwebhooks';
import { Agent, request } from 'undici';
import { type DeliveryJob, queueName } from './queue-schema.ts';
import type { Subscriber } from './subscribers.ts';

/** A worker as a team would run it without AWS: a queue in Redis, a signed call, and the attempt as a row. */

const insertAttempt = {
  name: 'insert-attempt',
  text: `INSERT INTO attempts (subscription_id, event_id, started_at, duration_ms, status, response)
    VALUES ($1, $2, $3, $4, $5, $6)`,
};

const concurrency = 10;
const receivers = new Map(
  (JSON.parse(process.env['SUBSCRIBERS'] ?? '[]') as Subscriber[]).map(({ id, url, secret }) => [
    id,
    { url, webhook: new Webhook(secret) },
  ]),
);
const dispatcher = new Agent({ connections: concurrency, pipelining: 1 });
const pool = new Pool({ connectionString: process.env['DATABASE_URL'], max: concurrency });
const worker = new Worker<DeliveryJob>(queueName, deliver, {
  connection: { host: '127.0.0.1', port: Number(process.env['REDIS_PORT']), maxRetriesPerRequest: null },
  concurrency,
  autorun: false,
});
let running: Promise<void> | undefined;

async function deliver({ data }: Job<DeliveryJob>): Promise<void> {
  const { subscriptionId, eventId, body } = data;
  const receiver = receivers.get(subscriptionId);
  if (!receiver) throw new Error(`there is no subscription ${subscriptionId}`);
  const startedAt = new Date();
  const response = await request(receiver.url, {
    dispatcher,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': eventId,
      'webhook-timestamp': String(Math.floor(startedAt.getTime() / 1_000)),
      'webhook-signature': receiver.webhook.sign(eventId, startedAt, body),
    },
    body,
    signal: AbortSignal.timeout(15_000),
  });
  const text = await response.body.text();
  const values = [
    subscriptionId,
    eventId,
    startedAt,
    Date.now() - startedAt.getTime(),
    response.statusCode,
    text,
  ];
  await pool.query({ ...insertAttempt, values });
  if (response.statusCode >= 300) throw new Error(`the receiver answered ${response.statusCode}`);
}

/** Works until so many jobs are done. They are in the queue before. */
export async function handler({ jobs }: { readonly jobs: number }): Promise<void> {
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  let completed = 0;
  const onCompleted = () => {
    completed += 1;
    if (completed === jobs) resolve();
  };
  const onFailed = (_: unknown, error: Error) => reject(error);
  worker.on('completed', onCompleted).on('failed', onFailed);
  if (running) await worker.resume();
  else running = worker.run();
  await done;
  worker.off('completed', onCompleted).off('failed', onFailed);
  await worker.pause();
}
