import { setTimeout } from 'node:timers/promises';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { namesKeptMs } from '../../adapters/lru-caches.ts';
import { createPublisher, type EventToPublish } from '../../client/publisher.ts';
import { eventCatalog } from '../../core/events/event-catalog.ts';
import { connectApi } from '../../local/api-client.ts';
import { operatorCredentials } from '../../local/sigv4.ts';
import { connectSqs, untilAtRest } from './at-rest.ts';
import { type Observation, startCanary } from './canary.ts';
import { exampleData } from './journey-data.ts';
import { startNameServer } from './name-server.ts';
import { nonPublicSpellings } from './non-public-spellings.ts';
import { startStacksUnderFault } from './stacks-under-fault.ts';

/**
 * The deployed template with its guard on, where every address is this machine's own and its name server is ours: who is
 * connected to from the registration of a URL to its last delivery. Writes a `GuardedStacksReport` as JSON.
 */
export interface GuardedStacksReport {
  /** Asked to register: the status and the text of the fault. */
  readonly registrations: Observation;
  /** By the round: what the API shows of the subscription after an event has come to rest. */
  readonly deliveries: readonly Observation[];
}

const publicAddress = '93.184.215.14';
const turning = 'turning.example.com';
const zone = {
  'public.example.com': [[publicAddress]],
  'inside.example.com': [['10.0.0.7']],
  'mixed.example.com': [[publicAddress, '169.254.169.254']],
  // Its registration, the attempts of the first round, and all that follows.
  [turning]: [[publicAddress], [publicAddress], ['10.0.0.7']],
};

const [entry] = eventCatalog;

async function probe(): Promise<GuardedStacksReport> {
  const canary = await startCanary();
  const nameServer = await startNameServer(zone, 53);
  const stacks = await startStacksUnderFault({ allowPrivateCallbacks: 'false', retryScheduleSeconds: '0,1' });
  const sqs = connectSqs(stacks.sqsUrl);
  const eventBridge = new EventBridgeClient({
    endpoint: stacks.eventsUrl,
    region: 'us-east-1',
    credentials: operatorCredentials,
  });
  const accountId = 'acc_guarded';
  const { key } = await connectApi(stacks.apiUrl, operatorCredentials)(
    'POST',
    `/accounts/${accountId}/api-keys`,
    {},
  );
  const owner = connectApi(stacks.apiUrl, { apiKey: String(key) });

  const register = (url: string) =>
    owner('POST', '/subscriptions', { url, eventTypes: [entry.type] }).then(
      ({ id }) => String(id),
      ({ message }: Error) => `refused: ${/"message":"([^"]*)"/.exec(message)?.[1] ?? message}`,
    );

  let id = '';
  const registrations = await canary.observe(async () => {
    id = await register(`https://${turning}/hooks`);
    const urls = [
      'https://inside.example.com/',
      'https://mixed.example.com/',
      'https://unknown.example.com/',
      // A few of each kind: how many a second an account may ask for is limited.
      ...nonPublicSpellings.filter((_, index) => index % 80 === 0).map(({ url }) => url),
    ];
    const outcomes: [string, string][] = [[turning, id.startsWith('sub_') ? 'registered' : id]];
    for (const url of urls) outcomes.push([url, await register(url)]);
    return outcomes;
  });

  const deliveries: Observation[] = [];
  for (let round = 0; round < 4; round += 1) {
    // Until the deliverer asks for the name again.
    if (round === 1) await setTimeout(namesKeptMs);
    deliveries.push(
      await canary.observe(async () => {
        const event = {
          type: entry.type,
          id: `evt_${round}`,
          accountId,
          occurredAt: new Date(),
          data: exampleData(entry.type),
        };
        const publisher = createPublisher({ eventBusName: stacks.eventBusName, client: eventBridge });
        await publisher.publish([event as unknown as EventToPublish]);
        await untilAtRest(sqs);
        const { status, refused } = await owner('GET', `/subscriptions/${id}`);
        const { address, refusal } = (refused ?? {}) as Record<string, unknown>;
        return [[turning, [status, address, refusal].filter(Boolean).join(' ')]];
      }),
    );
  }

  sqs.destroy();
  eventBridge.destroy();
  await stacks.close();
  nameServer.close();
  await canary.close();
  return { registrations, deliveries };
}

process.stdout.write(JSON.stringify(await probe()));
