import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { createPublisher, type EventToPublish, type PublisherOptions } from '../../client/publisher.ts';
import { eventCatalog } from '../../core/events/event-catalog.ts';
import { type LocalServer, serveAwsJson } from '../../local/http-server.ts';
import { uniqueId } from '../support/builders.ts';

export interface SentEntry {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
}
export type EntryAnswer = { EventId: string } | { ErrorCode: string; ErrorMessage?: string };

const [first] = eventCatalog;

/** An event that the catalog takes, but for the overrides. */
export function event(overrides: Partial<Record<keyof EventToPublish, unknown>> = {}): EventToPublish {
  return {
    type: first.type,
    id: uniqueId('evt'),
    accountId: 'acc_1',
    occurredAt: '2026-11-23T16:55:00.000Z',
    data: first.example,
    ...overrides,
  } as EventToPublish;
}

export const accept = (): EntryAnswer => ({ EventId: uniqueId('envelope') });

export const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

const open: { close(): unknown }[] = [];

/** Closes what the publishers of a test have used. Belongs into `afterEach`. */
export async function closePublishers(): Promise<void> {
  await Promise.all(open.splice(0).map((each) => each.close()));
}

/** A client of a server, with the SDK's own retries as most backends have them. */
export function clientOf(url: string, config: ConstructorParameters<typeof EventBridgeClient>[0] = {}) {
  const client = new EventBridgeClient({ endpoint: url, region: 'us-east-1', credentials, ...config });
  open.push({ close: () => client.destroy() });
  return client;
}

/** Closes a server at the end of the test. */
export function closing<Server extends { close(): unknown }>(server: Server): Server {
  open.push(server);
  return server;
}

/** A publisher over the wire to a server that answers each entry of each call as `answer` says. */
export async function publisherTo(
  answer: (entry: SentEntry, call: number) => EntryAnswer | Promise<EntryAnswer>,
  options: Partial<PublisherOptions> = {},
  shown: (answers: readonly EntryAnswer[]) => readonly unknown[] = (answers) => answers,
) {
  const calls: SentEntry[][] = [];
  const server: LocalServer = closing(
    await serveAwsJson({
      async PutEvents(input) {
        const { Entries } = input as { Entries: SentEntry[] };
        calls.push(Entries);
        const call = calls.length;
        const answers = await Promise.all(Entries.map(async (entry) => answer(entry, call)));
        return {
          FailedEntryCount: answers.filter((each) => 'ErrorCode' in each).length,
          Entries: shown(answers),
        };
      },
    }),
  );
  const client = clientOf(server.url);
  return { calls, server, publisher: createPublisher({ eventBusName: 'events', client, ...options }) };
}
