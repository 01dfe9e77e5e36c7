/** What the worker of queue-worker.ts and the process that fills its queue agree on. */

export interface DeliveryJob {
  readonly subscriptionId: string;
  readonly eventId: string;
  readonly body: string;
}

export const queueName = 'deliveries';

export const createAttempts = `CREATE TABLE attempts (
  id bigserial PRIMARY KEY,
  subscription_id text NOT NULL,
  event_id text NOT NULL,
  started_at timestamptz NOT NULL,
  duration_ms integer NOT NULL,
  status integer NOT NULL,
  response text NOT NULL
)`;
