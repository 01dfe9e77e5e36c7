import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { DynamoTable } from '../../adapters/dynamo-client.ts';
import { subscriptionShardOffset } from '../../adapters/dynamo-keys.ts';
import type { WireCall } from '../../bench/wire-proxy.ts';
import { eventCatalog } from '../../core/events/event-catalog.ts';
import { type CallApi, connectApi } from '../../local/api-client.ts';
import { operatorCredentials } from '../../local/sigv4.ts';
import { connectSqs, countUndrained } from '../support/at-rest.ts';
import { makeTrustedCertificate } from '../support/certificates.ts';
import { connectTableAt } from '../support/engines.ts';
import { exampleData } from '../support/journey-data.ts';
import {
  alterEnvironment,
  cacheMs,
  runUnderFault,
  type StacksUnderFault,
  type SynthesizedStacks,
} from '../support/stacks-under-fault.ts';
import { until } from '../support/until.ts';
import type {
  Evidence,
  HeldEvidence,
  PublishedEvidence,
  RowEvidence,
  SubscriptionEvidence,
} from './evidence.ts';
import { type Names, publicAddress } from './names.ts';
import {
  attemptsOf,
  probingOf,
  readHeld,
  readInterrupted,
  readItems,
  rowsOf,
  takenInOf,
} from './readings.ts';
import { type Receivers, startReceivers } from './receivers.ts';
import type { Behaviour, Premises } from './receivers-process.ts';

/** What the run knows of its settings and faults. */
type Rules = Pick<
  Evidence,
  'excuses' | 'deadlineMs' | 'fewestAttempts' | 'mostAttempts' | 'horizonMs' | 'probeEveryMs'
>;

export interface Size {
  readonly accounts: number;
  /** Of each account. */
  readonly subscriptions: number;
  readonly events: number;
}

/** One subscription, with what its owner knows. */
export interface Subscriber {
  readonly accountId: string;
  readonly owner: CallApi;
  readonly id: string;
  readonly receivers: Receivers;
  /** Only where the run's names are known. */
  readonly hostName: string;
  readonly port: number;
  evidence: SubscriptionEvidence;
  /** Another fault has it already. */
  isTaken: boolean;
}

export interface EventToPublish {
  readonly accountId: string;
  readonly id?: string;
  /** The first of the catalog's, which all subscriptions take, if none is given. */
  readonly type?: string;
  /** Instead of one that can be delivered. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

const [entry] = eventCatalog;
const eventTypes = eventCatalog.map(({ type }) => type);

interface Selection {
  readonly selectors: readonly string[];
  /** What they stand for. */
  readonly eventTypes: readonly string[];
}
/** What the subscriptions of an account take, in turn; all take the first type. */
const everything: Selection = { selectors: ['*'], eventTypes };
const selections: readonly Selection[] = [
  everything,
  { selectors: ['ticket.*'], eventTypes: eventTypes.filter((type) => type.startsWith('ticket.')) },
  { selectors: ['customer.created', entry.type], eventTypes: ['customer.created', entry.type] },
];
const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Callback ports of a guarded run, one for each receiver. */
const guardedPorts = Array.from({ length: 40 }, (_, index) => 20_001 + index);
export const guardedSettings = { allowPrivateCallbacks: 'false', callbackPorts: guardedPorts.join(',') };

/** The local run with accounts, their receivers and a helpdesk, on which a fault is let loose. */
export type World = Awaited<ReturnType<typeof createWorld>>;

export interface WorldOptions {
  readonly size: Size;
  readonly random: () => number;
  /** The last ones, whose receivers share a process that can become a black hole. */
  readonly mortalAccounts: number;
  /** Undefined where the system's name server is not ours. */
  readonly names: Names | undefined;
  /** Receivers at public addresses, behind TLS, with nothing else allowed. */
  readonly isGuarded: boolean;
  /** A claim of a function that died lasts so much longer. */
  readonly clockOffMs: number;
  /** Of each function. */
  readonly maxSandboxes: number;
}

export async function createWorld(
  synthesized: SynthesizedStacks,
  { size, random, mortalAccounts, names, isGuarded, clockOffMs, maxSandboxes }: WorldOptions,
) {
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-ledger-'));
  const premises = isGuarded ? await makePremises(folder) : undefined;
  const stacks = await runUnderFault(premises ? trust(synthesized, premises) : synthesized, maxSandboxes);
  const sqs = connectSqs(stacks.sqsUrl);
  const eventBridge = new EventBridgeClient({
    endpoint: stacks.eventsUrl,
    region: 'us-east-1',
    credentials: operatorCredentials,
  });
  const { TableName } = Object.assign({}, ...Object.values(stacks.outputs)) as Record<string, string>;
  const table: DynamoTable = await connectTableAt(stacks.dynamoUrl, TableName);
  const liveAccounts = size.accounts - mortalAccounts;
  const live = await startReceivers(join(folder, 'live.jsonl'), liveAccounts * size.subscriptions, premises);
  const mortal = await startReceivers(join(folder, 'mortal.jsonl'), mortalAccounts * size.subscriptions);

  const sent: string[] = [];
  stacks.wire.sqs.layer((call) => {
    if (call.operation.startsWith('SendMessage')) sent.push(JSON.stringify(call.input));
    return call.forward();
  });

  const published = new Map<string, PublishedEvidence>();
  const redriven: HeldEvidence[] = [];
  const secrets: Record<string, string> = {};
  const subscribers = await openAccounts(stacks, size, {
    secrets,
    receiverAt: (index) => {
      const liveCount = live.ports.length;
      const receivers = index < liveCount ? live : mortal;
      return { receivers, port: receivers.ports[index < liveCount ? index : index - liveCount] ?? 0 };
    },
    names,
    isGuarded,
  });
  let lastId = 0;

  /** Accepted events are written down, with the time before they were sent. */
  async function publish(events: readonly EventToPublish[]): Promise<string[]> {
    const entries = events.map((event) => toEntry(event, stacks.eventBusName, `evt_${(lastId += 1)}`));
    for (let from = 0; from < entries.length; from += 10) {
      const batch = entries.slice(from, from + 10);
      const atMs = Date.now();
      const { Entries = [] } = await eventBridge.send(
        new PutEventsCommand({ Entries: batch.map(({ request }) => request) }),
      );
      batch.forEach(({ evidence }, index) => {
        if (Entries[index]?.EventId && !published.has(evidence.id))
          published.set(evidence.id, { ...evidence, atMs });
      });
    }
    return entries.map(({ evidence }) => evidence.id);
  }

  const accountIds = [...new Set(subscribers.map(({ accountId }) => accountId))];
  const world = {
    size,
    stacks,
    sqs,
    table,
    subscribers,
    accountIds,
    live,
    mortal,
    mortalAccountIds: accountIds.slice(liveAccounts),
    published,
    redriven,
    random,
    publish,

    /** As many events as the run is large, of every account in turn, in waves. */
    async publishMany(): Promise<void> {
      const waves = 4;
      for (let wave = 0; wave < waves; wave += 1) {
        await publish(
          Array.from({ length: Math.ceil(size.events / waves) }, (_, index) => ({
            accountId: accountIds[(wave + index * waves) % accountIds.length] ?? '',
            // Shifted by one in each round: else every account would get events of a few types only.
            type: eventTypes[(index + Math.floor(index / eventTypes.length)) % eventTypes.length] ?? '',
          })),
        );
        await setTimeout(250);
      }
    },

    /** Some that no other fault has touched, of different accounts as far as there are. */
    take(count: number): Subscriber[] {
      const free = subscribers.filter(
        ({ isTaken, accountId }) => !isTaken && !world.mortalAccountIds.includes(accountId),
      );
      const spread = accountIds.flatMap((accountId) =>
        free.filter((subscriber) => subscriber.accountId === accountId).map((one, rank) => ({ one, rank })),
      );
      const taken = spread
        .toSorted((a, b) => a.rank - b.rank)
        .slice(0, count)
        .map(({ one }) => one);
      if (taken.length < count)
        throw new Error(`--subscriptions: too few for this fault, which takes ${count}`);
      for (const subscriber of taken) subscriber.isTaken = true;
      return taken;
    },

    /** From then on the receivers' names stand for another address, or get no answer. */
    resolveTo(answer: string, of: readonly Subscriber[]): void {
      for (const { hostName } of of) names?.set(hostName, answer);
    },

    behave(subscriber: Subscriber, behaviour: Behaviour): void {
      const { statuses = [204], holds } = behaviour;
      const last = statuses.at(-1) ?? 204;
      const isHeldBack = holds !== undefined || last < 200 || last > 299;
      subscriber.evidence = { ...subscriber.evidence, isHeldBack };
      subscriber.receivers.behave(subscriber.port, behaviour);
    },

    /** Until nothing is on its way but probes of receivers that fail: as an operator would look for it. */
    async comeToRest(timeoutMs = 180_000 + clockOffMs): Promise<void> {
      const deadline = Date.now() + timeoutMs;
      // Queues are read one by one, and a message may move in between: it is to be seen twice. The ledger names what is not
      // at rest in the end.
      let timesSeen = 0;
      while (timesSeen < 2 && Date.now() < deadline) {
        timesSeen = (await isAtRest()) ? timesSeen + 1 : 0;
        await setTimeout(500);
      }
    },

    /** From now on no receiver is probed. Resolves once the last probes have ended. */
    async standStill(): Promise<void> {
      stacks.wire.table.layer(async (call) =>
        listsDue(call, 'subscriptions') ? { status: 200, body: { Items: [], Count: 0 } } : call.forward(),
      );
      await until('the last probe has ended', async () => {
        const rows = rowsOf(await readItems(table));
        return rows.every((row) => !isOnItsWay(row)) && (await countUndrained(sqs)) === 0;
      }).catch(() => undefined);
    },

    /** As an operator does it. */
    redrive: (queue: string) => runScript('redrive.ts', '--queue', queue),

    /** The same for all calls of an account, or of the stage. */
    switchCalls: (verb: 'pause' | 'resume', accountId?: string) =>
      runScript('pause.ts', verb, ...(accountId === undefined ? [] : ['--account', accountId])),

    readParked: async () => rowsOf(await readItems(table)).filter(({ state }) => state === 'parked'),
    readHeld: async () => (await readHeld(sqs)).held,
    readItems: () => readItems(table),
    readAttempts: async () => attemptsOf(await readItems(table)),

    async calls() {
      return [...(await live.calls()), ...(await mortal.calls())];
    },

    async collect(): Promise<Omit<Evidence, keyof Rules>> {
      const items = await readItems(table);
      const { held, text: heldText } = await readHeld(sqs);
      const calls = await world.calls();
      return {
        subscriptions: subscribers.map(({ evidence }) => evidence),
        published: [...published.values()],
        takenIn: takenInOf(items),
        // Who registered the path is known from the path alone: it survives a change of address.
        received: calls.map(({ number: _, port: __, ...line }) => ({
          ...line,
          subscriptionId: byPath(line.path),
        })),
        rows: rowsOf(items),
        held,
        interrupted: readInterrupted(stacks.faults),
        redriven,
        touched: isGuarded ? (await live.connections()).filter((address) => address !== publicAddress) : [],
        texts: {
          'the table': JSON.stringify(items),
          'what was sent to queues': sent.join('\n'),
          'the dead-letter queues': heldText,
          ...(await readLogs(stacks.logFolder)),
        },
        secrets,
      };
    },

    async close(): Promise<void> {
      await Promise.all([live.close(), mortal.close()]);
      sqs.destroy();
      eventBridge.destroy();
      table.client.destroy();
      await stacks.close();
      await rm(folder, { recursive: true, force: true });
    },
  };

  async function runScript(script: string, ...args: readonly string[]): Promise<void> {
    const given = [`scripts/${script}`, ...args, '--outputs', stacks.outputsFile];
    await promisify(execFile)(process.execPath, given, { cwd: repository });
  }

  async function isAtRest(): Promise<boolean> {
    const undrained = await countUndrained(sqs);
    const items = await readItems(table);
    const heldBack = new Set(subscribers.filter(({ evidence }) => evidence.isHeldBack).map(({ id }) => id));
    const probing = [...probingOf(items)].filter((id) => heldBack.has(id));
    const open = rowsOf(items).filter((row) => isOnItsWay(row) || row.state === 'parked');
    return (
      undrained <= probing.length &&
      open.every(
        (row) =>
          heldBack.has(row.subscriptionId) && (!isOnItsWay(row) || probing.includes(row.subscriptionId)),
      )
    );
  }

  function byPath(path: string): string {
    const [accountId, number] = new URL(path, 'http://receiver').pathname.split('/').slice(1);
    const ofAccount = subscribers.filter((subscriber) => subscriber.accountId === accountId);
    return ofAccount[Number(number)]?.id ?? path;
  }

  await untilEffective(subscribers);
  await proveReceivers(world);
  return world;
}

/** Between these times nothing is to be called there. */
export function expectQuiet(subscriber: Subscriber, fromMs: number, untilMs: number): void {
  const { quiet = [] } = subscriber.evidence;
  subscriber.evidence = { ...subscriber.evidence, quiet: [...quiet, { fromMs, untilMs }] };
}

function isOnItsWay({ state }: RowEvidence): boolean {
  return state === 'waiting' || state === 'claimed';
}

/** Does the sweeper look for what is due by time? */
export function listsDue({ operation, input }: WireCall, kind: 'deliveries' | 'subscriptions'): boolean {
  if (operation !== 'Query' || input.IndexName !== 'due') return false;
  const shard = Number(input.ExpressionAttributeValues[':shard'].N);
  return shard >= subscriptionShardOffset === (kind === 'subscriptions');
}

/** An address that has never answered gets a call a second: each has answered once before the fault begins. */
async function proveReceivers(world: Pick<World, 'publish' | 'accountIds' | 'comeToRest'>): Promise<void> {
  await world.publish(world.accountIds.map((accountId) => ({ accountId })));
  await world.comeToRest();
  // Until the functions' caches know.
  await setTimeout(cacheMs);
}

function toEntry(
  { accountId, id: givenId, type = entry.type, detail }: EventToPublish,
  EventBusName: string,
  nextId: string,
) {
  const id = givenId ?? nextId;
  const occurredAt = '2026-11-23T16:55:00.000Z';
  const known = eventTypes.find((one) => one === type) ?? entry.type;
  const data = { ...exampleData(known), serial: id };
  return {
    request: {
      EventBusName,
      Source: 'iomnihub.helpdesk',
      DetailType: type,
      Detail: JSON.stringify({ id, accountId, occurredAt, data, ...detail }),
    },
    evidence: {
      id,
      accountId,
      type,
      body: detail ? undefined : JSON.stringify({ id, type, timestamp: occurredAt, accountId, data }),
    },
  };
}

interface OpenOptions {
  readonly secrets: Record<string, string>;
  readonly receiverAt: (index: number) => Pick<Subscriber, 'receivers' | 'port'>;
  readonly names: Names | undefined;
  readonly isGuarded: boolean;
}

async function openAccounts(
  stacks: StacksUnderFault,
  size: Size,
  options: OpenOptions,
): Promise<Subscriber[]> {
  const backend = connectApi(stacks.apiUrl, operatorCredentials);
  const opened = Array.from({ length: size.accounts }, async (_, account) => {
    const accountId = `acc_${account}`;
    const { key } = await backend('POST', `/accounts/${accountId}/api-keys`, {});
    options.secrets[`the API key of ${accountId}`] = String(key);
    const owner = connectApi(stacks.apiUrl, { apiKey: String(key) });
    const subscribers: Subscriber[] = [];
    for (let number = 0; number < size.subscriptions; number += 1) {
      const at = options.receiverAt(account * size.subscriptions + number);
      const hostName = `a${account}-${number}.${domain}`;
      options.names?.set(hostName, options.isGuarded ? publicAddress : '127.0.0.1');
      const origin = `${options.isGuarded ? 'https' : 'http'}://${options.names ? hostName : '127.0.0.1'}`;
      const url = `${origin}:${at.port}/${accountId}/${number}`;
      const selection = selections[number % selections.length] ?? everything;
      subscribers.push(
        await subscribe({ accountId, owner, hostName, url, selection, ...at }, options.secrets),
      );
    }
    return subscribers;
  });
  return (await Promise.all(opened)).flat();
}

async function subscribe(
  {
    url,
    selection,
    ...subscriber
  }: Omit<Subscriber, 'id' | 'evidence' | 'isTaken'> & {
    readonly url: string;
    readonly selection: Selection;
  },
  secrets: Record<string, string>,
): Promise<Subscriber> {
  const { accountId, owner } = subscriber;
  const header = `PLANTED-${new URL(url).pathname}`;
  const headers = { 'x-receiver-token': header };
  const created = await owner('POST', '/subscriptions', {
    url,
    eventTypes: selection.selectors,
    headers,
  });
  const [id, secret] = [String(created['id']), String(created['secret'])];
  secrets[`the header of ${id}`] = header;
  secrets[`the signing secret of ${id}`] = secret;
  const effectiveAtMs = Date.parse(String(created['effectiveAt']));
  const evidence = {
    accountId,
    id,
    eventTypes: selection.eventTypes,
    effectiveAtMs,
    secrets: [{ text: secret, fromMs: 0 }],
    headers,
  };
  return { ...subscriber, id, evidence, isTaken: false };
}

const domain = 'receivers.example.com';

async function makePremises(folder: string): Promise<Premises & { authorityFile: string }> {
  const { authority, ...certificate } = await makeTrustedCertificate(`*.${domain}`);
  const authorityFile = join(folder, 'authority.pem');
  await writeFile(authorityFile, authority);
  return { ...certificate, firstPort: guardedPorts[0] ?? 0, authorityFile };
}

function trust(
  synthesized: SynthesizedStacks,
  { authorityFile }: { authorityFile: string },
): SynthesizedStacks {
  return alterEnvironment(synthesized, 'Deliverer', (variables) => ({
    ...variables,
    NODE_EXTRA_CA_CERTS: authorityFile,
  }));
}

async function untilEffective(subscribers: readonly Subscriber[]): Promise<void> {
  const lastMs = Math.max(...subscribers.map(({ evidence }) => evidence.effectiveAtMs));
  await setTimeout(Math.max(0, lastMs - Date.now()));
}

async function readLogs(folder: string): Promise<Record<string, string>> {
  const files = await readdir(folder);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return Object.fromEntries(files.map((file, index) => [`the log ${file}`, texts[index] ?? '']));
}
