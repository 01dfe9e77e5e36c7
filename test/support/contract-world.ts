import { createHash } from 'node:crypto';
import { createAccountStore } from '../../adapters/dynamo-account-store.ts';
import type { DynamoTable } from '../../adapters/dynamo-client.ts';
import { createCredentialStore } from '../../adapters/dynamo-credential-store.ts';
import { createDeliveryLog } from '../../adapters/dynamo-delivery-log.ts';
import { createEventLog } from '../../adapters/dynamo-event-log.ts';
import { createSubscriptionStore } from '../../adapters/dynamo-subscription-store.ts';
import { internalFailure } from '../../bench/wire-proxy.ts';
import {
  capabilitiesByRole,
  formatCredential,
  formatLinkCode,
  hashCredentialSecret,
  type Role,
} from '../../core/accounts/credential.ts';
import { type Delivery, deliveryIdOf } from '../../core/deliveries/delivery.ts';
import { drillType, probeIdOf } from '../../core/receivers/drill.ts';
import { formatDrillId } from '../../core/receivers/drill-id.ts';
import { signRequest } from '../../local/api-client.ts';
import { operatorCredentials } from '../../local/sigv4.ts';
import { deliveredDelivery, publishedEvent, subscription, uniqueId } from './builders.ts';
import type { SeenAnswer } from './contract.ts';
import { connectTableAt } from './engines.ts';
import { type StacksUnderFault, startStacksUnderFault } from './stacks-under-fault.ts';
import { until } from './until.ts';

/** Who sends a request: an account's key, the helpdesk backend, or nobody. */
export type Sender = { readonly apiKey: string } | 'backend' | 'nobody';

export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON; a text as it is. */
  readonly body?: unknown;
}

/** An account in which there is one of everything. */
export interface ContractAccount {
  readonly accountId: string;
  readonly manage: Sender;
  readonly read: Sender;
  readonly keyId: string;
  /** A session of the page. */
  readonly session: Sender;
  readonly sessionId: string;
  /** Of a link that nobody has opened yet. */
  readonly linkCode: string;
  readonly subscriptionId: string;
  readonly eventId: string;
  readonly deliveryId: string;
  readonly drillId: string;
}

export type ContractWorld = Awaited<ReturnType<typeof openContractWorld>>;

/** The stacks as they are deployed, with accounts to try each of their answers on. */
export async function openContractWorld(started?: StacksUnderFault) {
  const stacks = started ?? (await startStacksUnderFault());
  const { TableName } = Object.assign({}, ...Object.values(stacks.outputs)) as Record<string, string>;
  // Past the proxies: what a test puts there, no fault keeps out.
  const table = await connectTableAt(stacks.dynamoUrl, TableName);

  async function openAccount(): Promise<ContractAccount> {
    const accountId = uniqueId('acc_contract');
    const [manage, read] = [
      await issueKey(table, accountId, 'manage'),
      await issueKey(table, accountId, 'read'),
    ];
    const created = await send(manage, {
      method: 'POST',
      path: '/subscriptions',
      body: { url: 'http://127.0.0.1:9/hooks', eventTypes: ['*'] },
    });
    const { id: subscriptionId } = JSON.parse(created.text) as { id: string };
    const { id: eventId, deliveryId } = await addDelivered(table, accountId, subscriptionId);
    const drillId = await addDrill(table, accountId, subscriptionId);
    const { id: keyId } = manage;
    const session = await openSession(table, accountId);
    const { id: sessionId } = session;
    const { linkCode } = await openSession(table, accountId);
    return {
      accountId,
      manage,
      read,
      keyId,
      session,
      sessionId,
      linkCode,
      subscriptionId,
      eventId,
      deliveryId,
      drillId,
    };
  }

  async function send(sender: Sender, { method, path, query = {}, headers = {}, body }: SentRequest) {
    const url = new URL(path, stacks.apiUrl);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(url, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(await credentialsOf(sender, method, url, text)),
        ...headers,
      },
      ...(text === undefined ? {} : { body: text }),
    });
    const answer: SeenAnswer = {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      text: await response.text(),
    };
    return answer;
  }

  return {
    apiUrl: stacks.apiUrl,
    table,
    subscriptions: createSubscriptionStore(table),
    accounts: createAccountStore(table),
    deliveries: createDeliveryLog(table),
    openAccount,
    issueKey: (accountId: string, role: Role = 'manage') => issueKey(table, accountId, role),
    openSession: (accountId: string) => openSession(table, accountId),
    addSubscription: (accountId: string) => addSubscription(table, accountId),
    send,

    /** Sends it again and again until an answer has this status: what only many requests in a second meet. */
    async sendUntil(status: number, sender: Sender, request: SentRequest): Promise<SeenAnswer> {
      // One after the other, so that one sandbox gets them all.
      const sendOnce = async () => {
        const answer = await send(sender, request);
        return answer.status === status && answer;
      };
      return until(`an answer of ${status}`, sendOnce, { everyMs: 0 });
    },

    /** Sends it three times at once, under another key each time, until one of the three has this status. */
    async sendTogetherUntil(status: number, sender: Sender, request: SentRequest): Promise<SeenAnswer> {
      let round = 0;
      const sendThree = async () => {
        round += 1;
        const headers = { 'idempotency-key': `together-${round}` };
        const answers = await Promise.all(
          Array.from({ length: 3 }, () => send(sender, { ...request, headers })),
        );
        return answers.find((answer) => answer.status === status);
      };
      return until(`an answer of ${status} to one of three`, sendThree, { everyMs: 0 });
    },

    /** From now on no call to the table is answered well. */
    breakTable: () => stacks.wire.table.intercept(async () => internalFailure),
    /** From now on every event is gone as soon as it was read. */
    loseEvents: () =>
      stacks.wire.table.intercept(async (call) =>
        call.operation === 'UpdateItem' && call.input.Key.pk.S.includes('#E#')
          ? { status: 400, body: { __type: 'ConditionalCheckFailedException', message: '' } }
          : call.forward(),
      ),
    /** From now on every conditional write meets another that came first. */
    contend: () =>
      stacks.wire.table.intercept(async (call) =>
        (call.operation === 'PutItem' || call.operation === 'DeleteItem') && call.input.ConditionExpression
          ? { status: 400, body: { __type: 'ConditionalCheckFailedException', message: '' } }
          : call.forward(),
      ),
    reset: () => stacks.wire.table.reset(),

    async close() {
      table.client.destroy();
      await stacks.close();
    },
  };
}

async function credentialsOf(
  sender: Sender,
  method: string,
  url: URL,
  text: string | undefined,
): Promise<Record<string, string>> {
  if (sender === 'nobody') return {};
  if (sender === 'backend') return signRequest(method, url, text, operatorCredentials);
  return { authorization: `Bearer ${sender.apiKey}` };
}

async function issueKey(table: DynamoTable, accountId: string, role: Role) {
  const { id, secret } = newCredential();
  await createCredentialStore(table).createCredential({
    id,
    kind: 'api-key',
    accountId,
    secretHash: hashCredentialSecret(secret),
    capabilities: capabilitiesByRole[role],
    description: '',
    createdAt: new Date().toISOString(),
  });
  return { id, apiKey: formatCredential('api-key', id, secret) };
}

async function openSession(table: DynamoTable, accountId: string) {
  const { id, secret } = newCredential();
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  await createCredentialStore(table).createCredential({
    id,
    kind: 'portal-session',
    accountId,
    secretHash: hashCredentialSecret(secret),
    capabilities: ['view', 'manage', 'secrets'],
    description: '',
    createdAt: new Date().toISOString(),
    expiresAt,
    link: { secretHash: hashCredentialSecret(secret), expiresAt },
  });
  return {
    id,
    apiKey: formatCredential('portal-session', id, secret),
    linkCode: formatLinkCode(id, secret),
  };
}

function newCredential() {
  const id = createHash('sha256').update(uniqueId('key')).digest('hex').slice(0, 24);
  return { id, secret: createHash('sha256').update(id).digest('base64url') };
}

async function addSubscription(table: DynamoTable, accountId: string) {
  const createdAt = new Date().toISOString();
  const created = subscription({
    accountId,
    id: uniqueId('sub'),
    url: 'http://127.0.0.1:9/hooks',
    secrets: [],
    createdAt,
    updatedAt: createdAt,
  });
  await createSubscriptionStore(table).createSubscription(created);
  return created;
}

/** An event that was delivered to the subscription. */
async function addDelivered(table: DynamoTable, accountId: string, subscriptionId: string) {
  const event = publishedEvent({
    time: new Date().toISOString(),
    detail: { id: uniqueId('evt'), accountId },
  });
  await createEventLog(table).recordEvent(event, [{ subscriptionId, decision: 'enqueue' }], new Date());
  const { id: eventId, type: eventType, acceptedAt } = event;
  const delivery: Delivery = deliveredDelivery({ accountId, subscriptionId, eventId, eventType, acceptedAt });
  await createDeliveryLog(table).recordDelivered([delivery]);
  return { id: eventId, deliveryId: deliveryIdOf(delivery) };
}

/** A drill of which one call was made. */
export async function addDrill(
  table: DynamoTable,
  accountId: string,
  subscriptionId: string,
): Promise<string> {
  const drill = `drl_${newCredential().id}`;
  const startedAt = new Date().toISOString();
  const ref = { accountId, subscriptionId, eventType: drillType, acceptedAt: startedAt };
  await createDeliveryLog(table).recordDelivered([
    deliveredDelivery({ ...ref, eventId: probeIdOf(drill, 'valid') }),
  ]);
  return formatDrillId({ subscriptionId, startedAt, drill });
}
