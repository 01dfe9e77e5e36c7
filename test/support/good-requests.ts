import { methodAndPathOf, type RouteKey, type Routes, routeOf } from '../../contract/routes.ts';
import { eventTypes } from '../../core/events/event-catalog.ts';

/** What paths name: in an account, one of everything. */
export interface Names {
  readonly accountId: string;
  readonly keyId: string;
  readonly sessionId: string;
  /** Of the link that opens the session. */
  readonly linkCode: string;
  readonly subscriptionId: string;
  readonly eventId: string;
  readonly deliveryId: string;
  readonly drillId: string;
}

type NeedsBody<Route> = Route extends { readonly body: unknown }
  ? Route extends { readonly isBodyOptional: true }
    ? false
    : true
  : false;
type KeyWithBody = { [Key in RouteKey]: NeedsBody<Routes[Key]> extends true ? Key : never }[RouteKey];

type Body = object | ((names: Names) => object);

/** A good body for each route that needs one; a route without it does not compile. */
const bodies: Readonly<Record<KeyWithBody, Body> & Partial<Record<RouteKey, Body>>> = {
  'POST /subscriptions': {
    url: 'http://127.0.0.1:9/hooks',
    eventTypes: ['*'],
    description: 'keeps the CRM in step',
    metadata: { crm: '7' },
    headers: { 'x-api-key': 'a key' },
    status: 'enabled',
    rateLimit: { calls: 5, perSeconds: 1 },
    timeoutMs: 1_000,
  },
  'POST /url-checks': { url: 'http://127.0.0.1:9/hooks' },
  'PATCH /subscriptions/{id}': {
    description: 'changed',
    metadata: { crm: null },
    headers: { 'x-api-key': null },
    timeoutMs: null,
  },
  'POST /subscriptions/{id}/secret/rotate': { overlapSeconds: 60 },
  'POST /events/{id}/deliveries': ({ subscriptionId }) => ({ subscriptionId }),
  'POST /subscriptions/{id}/test': { eventType: eventTypes[0] },
  'POST /accounts/{accountId}/api-keys': { role: 'read', description: 'CRM' },
  'POST /accounts/{accountId}/portal-sessions': {
    capabilities: ['manage'],
    locale: 'es',
    expiresInSeconds: 600,
    linkExpiresInSeconds: 60,
  },
  'POST /portal-session': ({ linkCode }) => ({ code: linkCode }),
  'PUT /accounts/{accountId}/status': { status: 'active' },
};

/** Good query parameters, if the route takes them. */
const parameters: Readonly<Record<string, string>> = {
  limit: '10',
  range: '14d',
  since: '2026-11-23T16:55:00Z',
  until: '2099-01-01T00:00:00+01:00',
  eventType: `${eventTypes[0]},customer.*`,
  status: 'delivered,failed',
  statusClass: '2xx',
};

export interface GoodRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** A request of the route that succeeds in an account in which there is one of everything. */
export function goodRequest(routeKey: RouteKey, names: Names): GoodRequest {
  const given = bodies[routeKey] ?? (routeOf(routeKey).body ? {} : undefined);
  const body = typeof given === 'function' ? given(names) : given;
  return {
    method: methodAndPathOf(routeKey).method,
    path: pathOf(routeKey, names),
    query: queryOf(routeKey),
    ...(body ? { body } : {}),
  };
}

/** Statistics are kept for 14 days, so that no range fits both them and all other lists. */
function queryOf(routeKey: RouteKey): Record<string, string> {
  const { query } = routeOf(routeKey);
  if (!query || routeKey.endsWith('/stats')) return {};
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => name in query.shape));
}

const idsByNoun: Readonly<Record<string, keyof Names>> = {
  subscriptions: 'subscriptionId',
  events: 'eventId',
  deliveries: 'deliveryId',
  drills: 'drillId',
};

export function pathOf(routeKey: RouteKey, names: Names): string {
  const { path } = methodAndPathOf(routeKey);
  return path
    .replace(/(\w+)\/\{id\}/, (_, noun: string) => `${noun}/${names[idsByNoun[noun] ?? 'eventId']}`)
    .replace('{accountId}', names.accountId)
    .replace('{keyId}', names.keyId)
    .replace('{sessionId}', names.sessionId);
}
