import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { bucketKey } from '../../adapters/dynamo-keys.ts';
import { type ProblemSlug, problemType } from '../../contract/problems.ts';
import { type RouteKey, routeOf } from '../../contract/routes.ts';
import { maxApiKeysPerAccount, maxPortalSessionsPerAccount } from '../../core/accounts/credential.ts';
import { deliveryIdOf, parseDeliveryId } from '../../core/deliveries/delivery.ts';
import { maxSubscriptionsPerAccount } from '../../core/subscriptions/subscription.ts';
import type { SeenAnswer, SeenRequest } from '../support/contract.ts';
import type { ContractAccount, ContractWorld, Sender, SentRequest } from '../support/contract-world.ts';
import { goodRequest } from '../support/good-requests.ts';

interface Situation {
  readonly world: ContractWorld;
  readonly account: ContractAccount;
  readonly good: SentRequest;
  readonly sender: Sender;
}

type Outcome = SeenAnswer | Promise<SeenAnswer>;

/** What brings each error about, on whichever route it is documented for. */
const provocations: Record<ProblemSlug, (situation: Situation) => Outcome> = {
  'invalid-json': ({ world, sender, good }) => world.send(sender, { ...good, body: '{"url":' }),
  'invalid-request': ({ world, sender, good }) => world.send(sender, makeInvalid(good)),
  unauthorized: ({ world, good }) => world.send({ apiKey: 'whk_none' }, good),
  // Only what is no route is answered so.
  'no-such-route': () => Promise.reject(new Error('no route may answer so')),
  'method-not-allowed': () => Promise.reject(new Error('no route may answer so')),
  async 'account-suspended'({ world, account, sender, good }) {
    await world.accounts.setAccountStatus(account.accountId, 'suspended', new Date());
    // Within five seconds. Another request asks for it, because this one may end what it needs.
    await world.sendUntil(403, sender, { method: 'GET', path: '/event-types' });
    return world.send(sender, good);
  },
  forbidden: ({ world, account, good }) => world.send(account.read, good),
  'not-found': ({ world, sender, good, account }) =>
    world.send(sender, { ...good, path: nameUnknown(good.path, account) }),
  async conflict({ world, sender, good, account }) {
    // Otherwise a resume would have nothing to write.
    await world.send(account.manage, {
      method: 'POST',
      path: `/subscriptions/${account.subscriptionId}/pause`,
    });
    await world.send(sender, { method: 'GET', path: '/event-types' });
    world.contend();
    return world.send(sender, good);
  },
  async 'too-many-subscriptions'({ world, sender, good, account }) {
    for (let count = 1; count < maxSubscriptionsPerAccount; count += 1)
      await world.addSubscription(account.accountId);
    return world.send(sender, good);
  },
  async 'too-many-api-keys'({ world, sender, good, account }) {
    for (let count = 2; count < maxApiKeysPerAccount; count += 1) await world.issueKey(account.accountId);
    return world.send(sender, good);
  },
  async 'too-many-portal-sessions'({ world, sender, good, account }) {
    for (let count = 2; count < maxPortalSessionsPerAccount; count += 1)
      await world.openSession(account.accountId);
    return world.send(sender, good);
  },
  async 'account-removed'({ world, sender, good, account }) {
    await world.accounts.setAccountStatus(account.accountId, 'removed', new Date());
    return world.send(sender, good);
  },
  async 'subscription-not-enabled'({ world, sender, good, account }) {
    const seen = await world.subscriptions.findSubscription(account.accountId, account.subscriptionId);
    if (!seen) throw new Error('no such subscription');
    await world.subscriptions.replaceSubscription(seen, { ...seen, status: 'disabled' });
    return world.send(sender, good);
  },
  async 'attempt-in-progress'({ world, sender, good, account }) {
    const { row } = await deliveryOf(world, account);
    const dueAt = new Date(Date.now() + 60_000).toISOString();
    await world.deliveries.replaceDelivery(row, { ...row, state: 'claimed', dueAt });
    return world.send(sender, good);
  },
  async 'delivery-waiting'({ world, sender, good, account }) {
    const { row } = await deliveryOf(world, account);
    const dueAt = new Date(Date.now() + 60_000).toISOString();
    await world.deliveries.replaceDelivery(row, { ...row, state: 'waiting', dueAt, nextAttemptAt: dueAt });
    return world.send(sender, good);
  },
  async 'event-not-kept'({ world, sender, good, account }) {
    // An event that is not there is unknown, but for one that goes while it is read.
    if (good.path.startsWith('/events/')) {
      world.loseEvents();
      return world.send(sender, good);
    }
    const { row } = await deliveryOf(world, account);
    const eventId = 'evt_of_long_ago';
    const old = { ...row, eventId };
    await world.deliveries.recordDelivered([old]);
    const id = good.path.replace(account.deliveryId, deliveryIdOf(old));
    return world.send(sender, { ...good, path: id });
  },
  // Of several at one time one is served, and whoever comes before it has its answer is told so.
  'request-in-progress': ({ world, sender, good }) => world.sendTogetherUntil(409, sender, good),
  async 'link-not-good'({ world, sender, good }) {
    await world.send(sender, good);
    return world.send(sender, good);
  },
  'precondition-failed': ({ world, sender, good }) =>
    world.send(sender, { ...good, headers: { 'if-match': '"of-long-ago"' } }),
  'too-large': ({ world, sender, good }) =>
    world.send(sender, { ...good, body: { description: 'x'.repeat(300_000) } }),
  async 'idempotency-key-reused'({ world, sender, good }) {
    const headers = { 'idempotency-key': 'reused' };
    await world.send(sender, { ...good, headers });
    return world.send(sender, { ...good, headers, body: { ...(good.body as object), description: 'other' } });
  },
  async 'too-many-requests'({ world, sender, good, account }) {
    // As if others had used up the account's requests for an hour ahead.
    await world.table.client.send(
      new PutCommand({
        TableName: world.table.tableName,
        Item: { ...bucketKey(`api ${account.accountId}`), nextTokenMs: Date.now() + 3_600_000 },
      }),
    );
    return world.sendUntil(429, sender, good);
  },
  async 'internal-error'({ world, sender, good }) {
    // So that the gateway knows the key already.
    await world.send(sender, { method: 'GET', path: '/event-types' });
    world.breakTable();
    return world.sendUntil(500, sender, good);
  },
};

/** Whoever may call a route, and the path that names what the account has. */
export function requestOf(routeKey: RouteKey, account: ContractAccount): { path: string; sender: Sender } {
  return { path: goodRequest(routeKey, account).path, sender: senderOf(routeKey, account) };
}

/** A request by which a route gives that answer; sent by `send`, once everything is prepared for it. */
export async function contractCases(
  world: ContractWorld,
  routeKey: RouteKey,
  type: string,
): Promise<{ request: SeenRequest; send: () => Outcome }> {
  const account = await world.openAccount();
  const good = goodRequest(routeKey, account);
  const { query, body } = good;
  const sender = senderOf(routeKey, account);
  const request: SeenRequest = { ...(query ? { query } : {}), ...(body === undefined ? {} : { body }) };
  if (type === 'answer') return { request, send: () => world.send(sender, good) };
  if (type === 'gateway') return { request, send: () => world.send('nobody', good) };
  const slug = (Object.keys(provocations) as ProblemSlug[]).find((one) => problemType(one) === type);
  if (!slug) throw new Error(`${type} has no case`);
  return { request, send: () => provocations[slug]({ world, account, good, sender }) };
}

export function senderOf(routeKey: RouteKey, { manage, session }: ContractAccount): Sender {
  const { access } = routeOf(routeKey);
  if (access === 'public') return 'nobody';
  if (access === 'session') return session;
  return access === 'iam' ? 'backend' : manage;
}

function makeInvalid(good: SentRequest): SentRequest {
  return good.body === undefined
    ? { ...good, query: { color: 'red' } }
    : { ...good, body: { ...(good.body as object), color: 'red' } };
}

function nameUnknown(path: string, { keyId, sessionId, ...account }: ContractAccount): string {
  const { deliveryId, subscriptionId, eventId, drillId } = account;
  for (const id of [keyId, sessionId, drillId, deliveryId, subscriptionId, eventId])
    if (path.includes(id)) return path.replace(id, id.startsWith('dlv_') ? 'dlv_none' : 'unknown');
  throw new Error(`${path} names nothing`);
}

async function deliveryOf(world: ContractWorld, { accountId, deliveryId }: ContractAccount) {
  const named = parseDeliveryId(deliveryId);
  const row = named && (await world.deliveries.findDelivery({ ...named, accountId, eventType: '' }));
  if (!row) throw new Error('no such delivery');
  return { row };
}
