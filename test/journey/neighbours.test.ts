import type { ServerResponse } from 'node:http';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createPublisher, type EventToPublish } from '../../client/publisher.ts';
import { eventCatalog } from '../../core/events/event-catalog.ts';
import { type CallApi, connectApi } from '../../local/api-client.ts';
import { operatorCredentials } from '../../local/sigv4.ts';
import { connectSqs, untilAtRest } from '../support/at-rest.ts';
import { uniqueId } from '../support/builders.ts';
import { makeCertificates } from '../support/certificates.ts';
import { holdingWays } from '../support/holding-ways.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { receiverFaults, startFaultyReceiver } from '../support/receiver-faults.ts';
import { runUnderFault, type StacksUnderFault, synthesizeUnderFault } from '../support/stacks-under-fault.ts';
import { until } from '../support/until.ts';

/**
 * One account holds its calls in a way, with more deliveries than a queue has places. Meanwhile another account's
 * callback and its request to the API are measured, as multiples of what they take without.
 */

// Functions start as processes, and every call that is held lasts to its deadline.
jest.setTimeout(600_000);

const [entry] = eventCatalog;
const callbackTimeoutMs = 5_000;
/** As many batches of each queue as the local run has. */
const maxDeliverers = 5;
/** More than there are places for, ten to a batch. */
const manyEvents = 80;
/** Of a receiver that has never answered, one a second is called. */
const fewEvents = 4;

interface Account {
  readonly accountId: string;
  readonly owner: CallApi;
  readonly subscribe: (url: string) => Promise<string>;
}

/** What holds an account's calls, once it has been quick. */
interface Way {
  readonly name: string;
  readonly events: number;
  /** Subscribes a receiver and returns what makes it hold calls from then on. */
  prepare(account: Account): Promise<Hold>;
}

interface Hold {
  readonly subscriptionId: string;
  begin(): void;
  /** How many calls it has had since. */
  held(): number;
  end(): void;
}

let stacks: StacksUnderFault;
let eventBridge: EventBridgeClient;
const closers: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  const settings = {
    maxDeliverers: String(maxDeliverers),
    callbackTimeoutMs: String(callbackTimeoutMs),
    retryScheduleSeconds: '0,1',
  };
  stacks = await runUnderFault(await synthesizeUnderFault(settings), 2 * maxDeliverers);
  eventBridge = new EventBridgeClient({
    endpoint: stacks.eventsUrl,
    region: 'us-east-1',
    credentials: operatorCredentials,
  });
});
afterAll(async () => {
  eventBridge.destroy();
  await Promise.all(closers.map((close) => close()));
  await stacks.close();
});

async function createAccount(name: string): Promise<Account> {
  const accountId = uniqueId(name);
  const backend = connectApi(stacks.apiUrl, operatorCredentials);
  const { key } = await backend('POST', `/accounts/${accountId}/api-keys`, {});
  const owner = connectApi(stacks.apiUrl, { apiKey: String(key) });
  const subscribe = async (url: string) =>
    String((await owner('POST', '/subscriptions', { url, eventTypes: [entry.type] }))['id']);
  return { accountId, owner, subscribe };
}

async function openReceiver(): Promise<Receiver> {
  const receiver = await startReceiver();
  closers.push(() => receiver.close());
  return receiver;
}

async function publish({ accountId }: Account, count = 1): Promise<void> {
  const publisher = createPublisher({ eventBusName: stacks.eventBusName, client: eventBridge });
  const events = Array.from({ length: count }, () => ({
    type: entry.type,
    id: uniqueId('evt_neighbour'),
    accountId,
    occurredAt: '2026-11-23T16:55:00.000Z',
    data: entry.example,
  }));
  await publisher.publish(events as unknown as EventToPublish[]);
}

type Hang = (calls: number, response: ServerResponse) => void;

const holding: readonly (readonly [string, Hang])[] = [
  ...Object.entries(holdingWays).map(
    ([name, hold]) => [name, (_: number, response: ServerResponse) => hold(response)] as const,
  ),
  [
    'phases of quick answers and none',
    (calls, response) => {
      if (calls % 4 === 0) response.writeHead(204).end();
    },
  ],
];

function holdsByAnswers([name, hang]: (typeof holding)[number]): Way {
  return {
    name,
    events: manyEvents,
    async prepare(account) {
      const receiver = await openReceiver();
      const subscriptionId = await account.subscribe(receiver.url);
      // It proves itself by a quick answer.
      await publish(account);
      await until('a quick answer', () => receiver.callbacks.length > 0);
      const before = receiver.callbacks.length;
      const held = () => receiver.callbacks.length - before;
      return {
        subscriptionId,
        held,
        begin: () => receiver.respond((response) => hang(held(), response)),
        end: () => receiver.respond((response) => void response.writeHead(204).end()),
      };
    },
  };
}

/** Before there is a request to answer, or to be read. Nobody proves himself by that. */
function holdsConnections(name: string): Way {
  return {
    name,
    events: fewEvents,
    async prepare(account) {
      const fault = receiverFaults.find((candidate) => candidate.name === name);
      if (!fault) throw new Error(`there is no receiver that ${name}`);
      const receiver = await startFaultyReceiver(fault, await makeCertificates());
      closers.push(() => receiver.close());
      const subscriptionId = await account.subscribe(receiver.url);
      return {
        subscriptionId,
        held: () => receiver.connectionCount(),
        begin: () => undefined,
        end: () => undefined,
      };
    },
  };
}

const ways: readonly Way[] = [
  ...holding.map(holdsByAnswers),
  ...['never answers the handshake', 'never reads the request', 'drips its headers byte by byte'].map(
    holdsConnections,
  ),
];

async function measure(neighbour: Account, receiver: Receiver) {
  const before = receiver.callbacks.length;
  const publishedAt = performance.now();
  await publish(neighbour);
  await until('the neighbour’s callback', () => receiver.callbacks.length > before, { everyMs: 10 });
  const calledAt = performance.now();
  await neighbour.owner('GET', '/subscriptions');
  return { callbackMs: calledAt - publishedAt, requestMs: performance.now() - calledAt };
}
type Measured = Awaited<ReturnType<typeof measure>>;

/** Until it holds all that it gets. */
async function untilHeld(hold: Hold): Promise<void> {
  let last = 0;
  let sinceMs = performance.now();
  await until('calls that are held', () => {
    if (hold.held() !== last) sinceMs = performance.now();
    last = hold.held();
    return last > 0 && performance.now() - sinceMs > 500;
  });
}

function medianOf(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

test('an account that holds its calls, in whatever way, leaves another’s callbacks and requests as they were', async () => {
  const neighbour = await createAccount('acc_neighbour');
  const receiver = await openReceiver();
  await neighbour.subscribe(receiver.url);
  const sqs = connectSqs(stacks.sqsUrl);
  closers.push(async () => sqs.destroy());
  const alone: Measured[] = [];
  const beside: (Measured & { name: string; isLate: boolean })[] = [];

  async function hold(way: Way, ask: (account: Account, hold: Hold) => Promise<unknown>): Promise<Measured> {
    const holder = await createAccount('acc_holder');
    const held = await way.prepare(holder);
    await untilAtRest(sqs);
    alone.push(await measure(neighbour, receiver));
    held.begin();
    await ask(holder, held);
    await untilHeld(held);
    const measured = await measure(neighbour, receiver);
    held.end();
    await holder.owner('DELETE', `/subscriptions/${held.subscriptionId}`);
    await untilAtRest(sqs);
    return measured;
  }
  function isLate({ callbackMs, requestMs }: Measured): boolean {
    const callbackBaseMs = medianOf(alone.map((one) => one.callbackMs));
    const requestBaseMs = medianOf(alone.map((one) => one.requestMs));
    return callbackMs > 2 * callbackBaseMs + 1_000 || requestMs > 2 * requestBaseMs + 1_000;
  }
  /** What the machine does besides may make it late once. */
  async function judge(name: string, measureOnce: () => Promise<Measured>): Promise<void> {
    let measured = await measureOnce();
    if (isLate(measured)) measured = await measureOnce();
    beside.push({ name, ...measured, isLate: isLate(measured) });
  }

  const [first] = ways;
  if (!first) throw new Error('there is no way');
  const byEvents = (way: Way) => hold(way, (account) => publish(account, way.events));
  // All functions that there may be start now.
  await byEvents(first);
  alone.length = 0;
  for (const way of ways) await judge(way.name, () => byEvents(way));
  await judge('tests and verifications', () =>
    hold(first, (account, { subscriptionId }) =>
      Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          account
            .owner('POST', `/subscriptions/${subscriptionId}/${index % 4 === 0 ? 'verify' : 'test'}`, {})
            // The limits refuse some.
            .catch(() => undefined),
        ),
      ),
    ),
  );

  expect(beside.filter((one) => one.isLate)).toEqual([]);
  expect(beside.map(({ name }) => name)).toEqual([
    ...ways.map(({ name }) => name),
    'tests and verifications',
  ]);
});
