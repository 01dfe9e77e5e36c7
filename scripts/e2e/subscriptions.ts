import { setTimeout } from 'node:timers/promises';
import type { Account } from './account.ts';
import { RefusedRequest } from './api.ts';
import { type Expected, requireEvent, requireGenuine, requireRepetitions } from './callback-checks.ts';
import type { Callback, Receiver } from './receiver.ts';
import { until } from './until.ts';

export interface Subscription {
  readonly id: string;
  readonly path: string;
  readonly secret: string;
  /** How long a change takes to count. */
  readonly cacheMs: number;
}

/** Resolves once the subscription counts. `baseUrl` is how the stage reaches the receiver. */
export async function subscribe(
  { id: accountId, owner }: Account,
  baseUrl: string,
  name: string,
  eventTypes: readonly string[],
  signal: AbortSignal,
): Promise<Subscription> {
  const path = `/${accountId}/${name}`;
  const url = baseUrl.replace(/\/$/, '') + path;
  const created = await owner(signal, 'POST', '/subscriptions', { url, eventTypes }).catch(
    (error: unknown) => {
      if (!(error instanceof RefusedRequest && error.status === 400)) throw error;
      const remedy =
        'deploy it with -c allowPrivateCallbacks=true, or give a public https address by --receiver-url';
      throw new Error(`the stage does not take the receiver's URL ${url}: ${remedy} (${error.message})`);
    },
  );
  const effectiveAt = Date.parse(String(created['effectiveAt']));
  const subscription = {
    id: String(created['id']),
    path: new URL(url).pathname,
    secret: String(created['secret']),
    cacheMs: effectiveAt - Date.parse(String(created['updatedAt'])),
  };
  await untilStatus({ owner }, subscription, 'enabled', signal);
  return subscription;
}

/** Resolves with the subscription once its status counts for every event. */
export async function untilStatus(
  { owner }: Pick<Account, 'owner'>,
  { id, path, cacheMs }: Subscription,
  wanted: string,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const found = await until(`the subscription for ${path} is ${wanted}`, signal, async () => {
    const subscription = await owner(signal, 'GET', `/subscriptions/${id}`);
    return subscription['status'] === wanted ? subscription : undefined;
  });
  await setTimeout(cacheMs, undefined, { signal });
  return found;
}

/** The callbacks of one event at a subscription, once there are that many. */
export function callbacksOf(
  receiver: Receiver,
  { path }: Subscription,
  { id, type }: { readonly id: string; readonly type: string },
  count: number,
  signal: AbortSignal,
): Promise<readonly Callback[]> {
  const what = `${count === 1 ? 'a callback' : `${count} callbacks`} of ${type} (${id}) at ${path}`;
  return until(what, signal, () => {
    const found = receiver.callbacksAt(path).filter(({ body }) => body.includes(`"${id}"`));
    return found.length >= count ? found : undefined;
  });
}

/** What the account is told about an event at a subscription, once it is as wanted. */
export function untilOutcome(
  { owner }: Account,
  { id, path }: Subscription,
  eventId: string,
  wanted: string,
  signal: AbortSignal,
): Promise<unknown> {
  return until(`event ${eventId} has the outcome ${wanted} at ${path}`, signal, async () => {
    const event = await owner(signal, 'GET', `/events/${eventId}`).catch((error: unknown) => {
      // It was not dispatched yet.
      if (error instanceof RefusedRequest && error.status === 404) return {};
      throw error;
    });
    const { subscriptions = [] } = event as { subscriptions?: { subscriptionId: string; outcome: string }[] };
    return subscriptions.find(({ subscriptionId, outcome }) => subscriptionId === id && outcome === wanted);
  });
}

/** Throws unless these are attempts of one delivery of the event to the subscription, each of them genuine. */
export function requireAttempts(
  callbacks: readonly Callback[],
  { secret }: Subscription,
  event: Expected,
): void {
  for (const callback of callbacks) {
    requireGenuine(callback, secret);
    requireEvent(callback, event);
  }
  requireRepetitions(callbacks);
}

/** Throws if the subscription got a callback of anything but these events. */
export function requireOnly(
  receiver: Receiver,
  { path }: Subscription,
  events: readonly Pick<Expected, 'id'>[],
): void {
  const ids = events.map(({ id }) => id);
  const stray = receiver.callbacksAt(path).find(({ headers }) => !ids.includes(headers['webhook-id'] ?? ''));
  if (stray) throw new Error(`${path} got the callback ${stray.headers['webhook-id']}, which is not for it`);
}
