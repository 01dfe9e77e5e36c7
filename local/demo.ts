import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { EventEmitter, on } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { createPublisher, type EventToPublish } from '../client/publisher.ts';
import { eventCatalog } from '../core/events/event-catalog.ts';
import { type CallApi, connectApi } from './api-client.ts';
import type { AnsweredCallback, ReceiverReport } from './demo-receiver.ts';
import type { Behaviour } from './demo-receiver-behaviour.ts';
import { region } from './intrinsics.ts';
import { operatorCredentials } from './sigv4.ts';

export const demoAccountId = 'acc_demo';

/** So many of the demo receiver's callbacks are kept. */
const keptCallbacks = 50;

const demoDescription = 'Demo receiver of the local run';

export interface DemoOptions {
  readonly apiKey: string;
  readonly apiUrl: string;
  readonly eventsUrl: string;
  readonly eventBusName: string;
  /** Port of the receiver. 0 picks a free one. */
  readonly receiverPort: number;
  /** The URL to register instead of the receiver's own, for instance a proxy's. */
  readonly callbackUrl: string | undefined;
  /** How long the five callbacks may take. */
  readonly patienceMs: number;
}

export interface Demo {
  readonly receiverUrl: string;
  /**
   * Publishes an example of each event. Yields each callback when the receiver reports it, until all have arrived.
   */
  publishExamples(): AsyncGenerator<DemoCallback>;
  /** Calls the listener with each later report of the receiver. */
  onReport(listener: (report: ReceiverReport) => void): void;
  /** The latest callbacks, newest first. */
  callbacks(): readonly AnsweredCallback[];
  behaviour(): Behaviour;
  /** What the receiver does with callbacks from now on. */
  behave(next: Behaviour): void;
  close(): void;
}

export interface DemoCallback {
  readonly id: string;
  readonly type: string;
  readonly latencyMs: number;
}

/** Issues a key as the helpdesk backend does. Revokes the demo's keys of earlier runs, if their data was kept. */
export async function issueDemoKey(apiUrl: string): Promise<string> {
  const backend = connectApi(apiUrl, operatorCredentials);
  const keys = `/accounts/${demoAccountId}/api-keys`;
  const { items } = (await backend('GET', keys)) as { items: { id: string; description: string }[] };
  for (const { id, description } of items) {
    if (description === demoDescription) await backend('DELETE', `${keys}/${id}`);
  }
  return String((await backend('POST', keys, { description: demoDescription }))['key']);
}

/** A link that opens the page for the demo account, once, as the helpdesk backend asks for it. */
export async function makePortalLink(apiUrl: string): Promise<string> {
  const backend = connectApi(apiUrl, operatorCredentials);
  const { url } = await backend('POST', `/accounts/${demoAccountId}/portal-sessions`, {
    expiresInSeconds: 43_200,
    linkExpiresInSeconds: 3_600,
  });
  return String(url);
}

/** Starts a receiver and subscribes it as an account owner would. The result publishes as the helpdesk would. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { receiver, reports, url } = await startReceiver(options.receiverPort);
  const owner = connectApi(options.apiUrl, { apiKey: options.apiKey });

  await removeEarlierSubscriptions(owner);
  const { id, secret } = await owner('POST', '/subscriptions', {
    url: options.callbackUrl ?? url,
    eventTypes: ['*'],
    description: demoDescription,
    status: 'disabled',
  });
  receiver.send({ secret });
  // Enable it only now: if the stage asks receivers for their consent, the receiver needs its secret to verify that
  // call.
  const path = `/subscriptions/${String(id)}`;
  const written = await owner('PATCH', path, { status: 'enabled' });
  const consentedAt = await waitForConsent(owner, path, options.patienceMs);
  // For so long, functions may use what they have read before.
  const cacheMs = Date.parse(String(written['effectiveAt'])) - Date.parse(String(written['updatedAt']));
  const effectiveAt = new Date(consentedAt + cacheMs);

  const callbacks: AnsweredCallback[] = [];
  reports.on('report', (report: ReceiverReport) => {
    if (report.kind !== 'answered') return;
    callbacks.unshift(report.callback);
    callbacks.splice(keptCallbacks);
  });
  let behaviour: Behaviour = 'ok';

  return {
    receiverUrl: url,
    callbacks: () => callbacks,
    behaviour: () => behaviour,
    behave(next) {
      behaviour = next;
      receiver.send({ behaviour });
    },
    async *publishExamples() {
      await setTimeout(Math.max(0, effectiveAt.getTime() - Date.now()));
      yield* deliverExamples(options, reports);
    },
    onReport: (listener) => void reports.on('report', listener),
    close: () => void receiver.kill(),
  };
}

/** Resolves with the time at which the subscription was enabled, in ms since 1970. */
async function waitForConsent(owner: CallApi, path: string, patienceMs: number): Promise<number> {
  const endsAt = Date.now() + patienceMs;
  for (;;) {
    const { status, updatedAt, verification } = await owner('GET', path);
    if (status === 'enabled') return Date.parse(String(updatedAt));
    const { state } = (verification ?? {}) as { state?: string };
    if (state !== 'asked' || Date.now() > endsAt)
      throw new Error(
        `the demo receiver did not pass the verification call: ${JSON.stringify(verification)}`,
      );
    await setTimeout(250);
  }
}

async function* deliverExamples(
  { eventsUrl, eventBusName, patienceMs }: DemoOptions,
  reports: EventEmitter,
): AsyncGenerator<DemoCallback> {
  const patience = AbortSignal.timeout(patienceMs);
  const arriving = on(reports, 'report', { signal: patience });
  const client = new EventBridgeClient({ endpoint: eventsUrl, region, credentials: operatorCredentials });
  const examples = eventCatalog.map(
    ({ type, example: data }) =>
      ({
        type,
        id: `evt_${randomUUID()}`,
        accountId: demoAccountId,
        occurredAt: new Date(),
        data,
      }) as EventToPublish,
  );
  const publishedAt = Date.now();
  const { unpublished } = await createPublisher({ eventBusName, client }).publish(examples);
  client.destroy();
  if (unpublished[0])
    throw new Error(`${unpublished[0].event.type} was not published: ${unpublished[0].explanation}`);

  const awaited = new Map(examples.map(({ id, type }) => [id, type]));
  try {
    for await (const [report] of arriving as AsyncIterable<[ReceiverReport]>) {
      if (report.kind === 'refused')
        throw new Error(`the receiver refused callback ${report.id}: ${report.reason}`);
      if (report.kind !== 'verified' || !awaited.delete(report.id)) continue;
      yield { id: report.id, type: report.type, latencyMs: report.receivedAt - publishedAt };
      if (awaited.size === 0) return;
    }
  } catch (error) {
    if (!patience.aborted) throw error;
    throw new Error(`no callback within ${patienceMs / 1000} s for: ${[...awaited.values()].join(', ')}`, {
      cause: error,
    });
  }
}

async function startReceiver(
  port: number,
): Promise<{ receiver: ChildProcess; reports: EventEmitter; url: string }> {
  const receiver = fork(fileURLToPath(new URL('demo-receiver.ts', import.meta.url)), [String(port)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const reports = new EventEmitter();
  const url = await new Promise<string>((resolve, reject) => {
    receiver.once('exit', () => reject(new Error(`the demo receiver did not start; is port ${port} taken?`)));
    receiver.on('message', (report: ReceiverReport) => {
      if (report.kind === 'listening') resolve(report.url);
      else reports.emit('report', report);
    });
  });
  return { receiver, reports, url };
}

/** With kept data there may be the subscription of an earlier run, whose receiver is gone. */
async function removeEarlierSubscriptions(owner: CallApi): Promise<void> {
  const { items } = (await owner('GET', '/subscriptions')) as {
    items: { id: string; description: string }[];
  };
  for (const { id, description } of items) {
    if (description === demoDescription) await owner('DELETE', `/subscriptions/${id}`);
  }
}
