import type * as z from 'zod';
import { deliveryIdOf } from '../../core/deliveries/delivery.ts';
import { eventTypes } from '../../core/events/event-catalog.ts';
import { exampleEvent } from '../../core/events/example-event.ts';
import type { SubscribableType } from '../../core/events/subscribable-events.ts';
import { formatDrillId } from '../../core/receivers/drill-id.ts';
import { methodAndPathOf, type RouteKey, type Routes } from '../routes.ts';

/** Values that programs start from when they import the document. The API accepts each of them as it is. */

type KeyWithBody = {
  [Key in RouteKey]: Routes[Key] extends { readonly body: unknown } ? Key : never;
}[RouteKey];
type BodyOf<Key extends KeyWithBody> = Routes[Key]['body'] extends (limits: never) => infer Schema
  ? z.input<Schema extends z.ZodType ? Schema : never>
  : Routes[Key]['body'] extends z.ZodType
    ? z.input<Routes[Key]['body']>
    : never;

const accountId = 'acc_5512';
const subscriptionId = 'sub_0d81f2a94c5be6730d81f2a9';

export const bodyExamples: { readonly [Key in KeyWithBody]: BodyOf<Key> } = {
  'POST /subscriptions': {
    // A name that exists: the API refuses all others.
    url: 'https://example.com/hooks/iomnihub',
    eventTypes: [eventTypes[0]],
    description: 'keeps the CRM in step',
    metadata: { team: 'sales' },
  },
  'POST /url-checks': { url: 'https://example.com/hooks/iomnihub' },
  'PATCH /subscriptions/{id}': { description: 'keeps the CRM in step', metadata: { team: null } },
  // No time would be good at all times.
  'POST /subscriptions/{id}/pause': {},
  'POST /subscriptions/{id}/secret/rotate': { overlapSeconds: 86_400 },
  'POST /subscriptions/{id}/test': { eventType: eventTypes[0] },
  'POST /events/{id}/deliveries': { subscriptionId },
  'POST /accounts/{accountId}/api-keys': { role: 'read', description: 'CRM' },
  'POST /accounts/{accountId}/portal-sessions': {
    capabilities: ['view', 'manage'],
    locale: 'pt-BR',
    expiresInSeconds: 3_600,
    linkExpiresInSeconds: 300,
  },
  'POST /portal-session': { code: `whl_730d81f2a94c5be60d81f2a9_${'A'.repeat(43)}` },
  'PUT /accounts/{accountId}/status': { status: 'active' },
};

/** The body of a route, if it takes one. */
export function bodyExampleOf(routeKey: RouteKey): object | undefined {
  return (bodyExamples as Readonly<Partial<Record<RouteKey, object>>>)[routeKey];
}

const event = { id: 'evt_01JDB4X8', accountId, at: '2026-11-24T09:02:41.000Z' };

/** What `{id}` names, by the part of the path before it. */
const ids: Readonly<Record<string, string>> = {
  drills: formatDrillId({ subscriptionId, startedAt: event.at, drill: 'drl_730d81f2a94c5be60d81f2a9' }),
  subscriptions: subscriptionId,
  events: event.id,
  deliveries: deliveryIdOf({
    accountId,
    subscriptionId,
    eventId: event.id,
    eventType: eventTypes[0],
    acceptedAt: event.at,
  }),
};

type ParameterExample = string | number | string[];

const parameters: Readonly<Record<string, ParameterExample>> = {
  accountId,
  keyId: '4c5be6730d81f2a90d81f2a9',
  sessionId: '730d81f2a94c5be60d81f2a9',
  limit: 20,
  subscriptionId,
  range: '14d',
  // Begins at the first page.
  cursor: '',
  eventType: [eventTypes[0]],
  status: ['failed'],
  statusClass: ['5xx'],
  since: '2026-11-23T00:00:00Z',
  until: '2027-11-23T00:00:00Z',
  // Whatever the state of the subscription is.
  'If-Match': '*',
};

/** Undefined where no value is good at all times: statistics are kept for 14 days. */
export function parameterExampleOf(
  routeKey: RouteKey,
  operationId: string,
  name: string,
): ParameterExample | undefined {
  const { path } = methodAndPathOf(routeKey);
  if (name === 'id') return ids[path.split('/')[1] ?? ''];
  // Two requests must not have one key.
  if (name === 'Idempotency-Key') return `example-${operationId}`;
  if (path.endsWith('/stats') && (name === 'since' || name === 'until')) return undefined;
  return parameters[name];
}

/** The body of a callback with the catalog's example. */
export function callbackExampleOf(type: SubscribableType): unknown {
  return JSON.parse(exampleEvent(type, event).body);
}
