import { setTimeout } from 'node:timers/promises';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { createPublisher } from '../../client/publisher.ts';
import { placeWindows } from '../../core/deliveries/places.ts';
import { deriveSettings } from '../../core/settings/derived-settings.ts';
import { defaultSettings } from '../../core/settings/stage-settings.ts';
import { connectApi } from '../../local/api-client.ts';
import { region } from '../../local/intrinsics.ts';
import { operatorCredentials } from '../../local/sigv4.ts';
import { type CallbackCounter, startCallbackCounter } from './callback-counter.ts';
import { type CountedStacks, type Counts, startCountedStacks } from './counted-stacks.ts';
import { sampleEvent, sampleType } from './sample-event.ts';
import { sumOf, type Usage } from './usage.ts';

/** Events of some accounts in turn, each delivered to all subscriptions of its account at the first attempt. */
export interface Traffic {
  /** Subscriptions of each account. */
  readonly fanOut: number;
  readonly accounts: number;
  /** Events that come at once: ten make full batches. */
  readonly eventsAtOnce: number;
  /** How often they come, one after the other. */
  readonly rounds: number;
  /** Between two rounds, so that caches expire. 0 by default. */
  readonly pauseMs?: number;
}

const deadlineMs = 120_000;
const lookEveryMs = 5;

/** As on AWS, where the local stage has other values. The limits hold up nothing, because all accounts share a machine. */
const settings = { accountRatePerSecond: '100000', hostRatePerSecond: '100000', maxDeliverers: '100' };

/** An account may name twice as many in a minute. */
const hostsOfAccount = 10;

/** How long functions rely on what they have read. */
export const longestCacheMs = 5_000;

/** Runs the traffic through the deployed functions on this machine, and counts what AWS would. */
export async function countTraffic(traffic: Traffic): Promise<Usage> {
  const stacks = await startCountedStacks({ ...settings, cacheMs: cacheMsOf(traffic) });
  const receivers = await startCallbackCounter();
  try {
    const accountIds = await subscribeAll(stacks, receivers, traffic);
    const round = createRound(stacks, receivers, traffic);
    // Receivers prove that they answer, which changes their subscriptions; then functions read what they keep.
    await round(accountIds);
    await untilPlacesAreKept();
    await round(accountIds);
    await stacks.take();
    receivers.take();
    const events = Array.from({ length: traffic.rounds * traffic.eventsAtOnce });
    const publishers = events.map((_, index) => accountIds[index % accountIds.length] ?? '');
    for (let at = 0; at < publishers.length; at += traffic.eventsAtOnce) {
      await setTimeout(traffic.pauseMs ?? 0);
      await round(publishers.slice(at, at + traffic.eventsAtOnce));
    }
    return await usageOf(stacks, receivers, traffic);
  } finally {
    await stacks.close();
    await receivers.close();
  }
}

/** With pauses, caches are made to expire sooner, so that nobody has to wait for it. */
function cacheMsOf({ pauseMs = 0 }: Traffic): string {
  return String(pauseMs > 0 ? Math.floor(pauseMs / 2) : longestCacheMs);
}

async function subscribeAll(
  stacks: CountedStacks,
  receivers: CallbackCounter,
  { accounts, fanOut }: Traffic,
): Promise<string[]> {
  const backend = connectApi(stacks.apiUrl, operatorCredentials);
  const accountIds = Array.from({ length: accounts }, (_, index) => `acc_${10_000 + index}`);
  for (const [place, accountId] of accountIds.entries()) {
    const { key } = await backend('POST', `/accounts/${accountId}/api-keys`, {});
    const owner = connectApi(stacks.apiUrl, { apiKey: String(key) });
    for (let index = 0; index < fanOut; index += 1) {
      const url = receivers.urlOf(place * hostsOfAccount + (index % hostsOfAccount));
      await owner('POST', '/subscriptions', { url, eventTypes: [sampleType] });
    }
  }
  return accountIds;
}

/** Publishes an event of each account at once, and returns when the last of its messages has been deleted. */
function createRound(stacks: CountedStacks, receivers: CallbackCounter, { fanOut }: Traffic) {
  const { eventsUrl: endpoint, eventBusName, queues, queueCalls } = stacks;
  const client = new EventBridgeClient({ endpoint, region, credentials: operatorCredentials });
  const publisher = createPublisher({ eventBusName, client });
  const eventQueue = sampleType.replaceAll('.', '-');

  return async function round(accountIds: readonly string[]): Promise<void> {
    const from = queueCalls.length;
    const entries = (operation: string, queue = '') =>
      queueCalls
        .slice(from)
        .filter((call) => call.operation === operation && String(call.input.QueueUrl).endsWith(queue))
        .reduce((sum, { input }) => sum + input.Entries.length, 0);
    const deliveries = accountIds.length * fanOut;
    const callsBefore = receivers.count();
    const { unpublished } = await publisher.publish(accountIds.map(sampleEvent));
    if (unpublished[0]) throw new Error(`not published: ${unpublished[0].explanation}`);
    queues.release(eventQueue);
    const planned = () => entries('SendMessageBatch', '-deliveries');
    await until(stacks, 'all deliveries are planned', () => planned() >= deliveries);
    queues.hold(eventQueue);
    queues.release('deliveries');
    await until(stacks, 'all callbacks have come', () => receivers.count() - callsBefore >= deliveries);
    const messages = accountIds.length + deliveries;
    await until(stacks, 'all messages are deleted', () => entries('DeleteMessageBatch') >= messages);
    queues.hold('deliveries');
  };
}

/**
 * Late in a window of places, a sandbox keeps none of an account that is new to it. So the counting begins in the next
 * window, with accounts whose places it keeps.
 */
async function untilPlacesAreKept(): Promise<void> {
  const { current, next } = placeWindows(deriveSettings(defaultSettings), new Date());
  if (next) await setTimeout(current.endMs - Date.now());
}

async function until({ faults }: CountedStacks, what: string, holds: () => boolean): Promise<void> {
  const endsAt = Date.now() + deadlineMs;
  while (!holds()) {
    if (faults.length > 0) throw new Error(`a function failed: ${String(faults[0])}`);
    if (Date.now() > endsAt) throw new Error(`not within ${deadlineMs / 1_000} s: ${what}`);
    await setTimeout(lookEveryMs);
  }
}

/** Per event. Of the requests for messages, those count that got a batch: the pollers ask for the next one at once. */
async function usageOf(
  stacks: CountedStacks,
  receivers: CallbackCounter,
  { fanOut, rounds, eventsAtOnce }: Traffic,
): Promise<Usage> {
  const counted = await stacks.take();
  const events = rounds * eventsAtOnce;
  const perEvent = (counts: Counts) =>
    Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count / events]));
  return {
    fanOut,
    queueRequests: perEvent({ ...counted.queueRequests, 'AWS ReceiveMessage': sumOf(counted.batches) }),
    tableRequests: perEvent(counted.tableRequests),
    writeUnits: perEvent(counted.writeUnits),
    readUnits: perEvent(counted.readUnits),
    keyRequests: sumOf(counted.keyRequests) / events,
    invocations: perEvent(counted.batches),
    logBytes: perEvent(counted.logBytes),
    storedBytes: sumOf(counted.growthBytes) / events,
    callbackBytes: receivers.take() / events,
  };
}
