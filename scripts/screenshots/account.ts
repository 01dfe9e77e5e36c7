import type * as z from 'zod';
import { presentEventType } from '../../contract/event-views.ts';
import type { RouteKey, Routes } from '../../contract/routes.ts';
import { say } from '../../contract/sentences.ts';
import { eventCatalog } from '../../core/events/event-catalog.ts';

/** A made-up account whose webhooks show what the page has to show. Its answers are typed by the contract. */

type Answer<Key extends RouteKey> = Routes[Key] extends {
  readonly answer: { readonly body: infer Body extends z.ZodType };
}
  ? z.output<Body>
  : never;
type Webhook = Answer<'GET /subscriptions'>['items'][number];
type Delivery = Answer<'GET /subscriptions/{id}/deliveries'>['items'][number];
type DeliveryDetail = Answer<'GET /deliveries/{id}'>;
type Statistics = Answer<'GET /subscriptions/{id}/stats'>;

/** A Monday, in the middle of the day in São Paulo. */
export const now = new Date('2026-11-30T17:32:10.000Z');
const minute = 60_000;
const hour = 60 * minute;
const ago = (ms: number) => new Date(now.getTime() - ms).toISOString();

export const session: Answer<'GET /portal-session'> = {
  id: '730d81f2a94c5be60d81f2a9',
  accountId: 'acc_acme',
  capabilities: ['view', 'manage', 'secrets'],
  createdAt: ago(minute),
  expiresAt: ago(-hour),
  limits: {
    subscriptions: 50,
    callbackTimeoutMs: 15_000,
    callbackPorts: [443, 8443],
    allowsPrivateUrls: false,
    asksReceivers: false,
    retentionDays: 30,
    cacheMs: 5_000,
  },
};

function webhook(
  part: Pick<Webhook, 'id' | 'url' | 'eventTypes' | 'description'> & Partial<Webhook>,
): Webhook {
  return {
    metadata: {},
    status: 'enabled',
    headers: {},
    createdAt: ago(40 * 24 * hour),
    updatedAt: ago(20 * 24 * hour),
    health: { level: 'ok', sentences: [say('health.working', { at: ago(40 * 24 * hour) })] },
    ...part,
  };
}

const [, { type: resolved }, { type: tagged }, , { type: added }] = eventCatalog;

export const webhooks: readonly Webhook[] = [
  webhook({
    id: 'sub_crm',
    url: 'https://crm.acme.example/hooks/iomnihub',
    eventTypes: ['customer.*', resolved],
    description: 'Keeps the CRM in step',
    headers: { 'x-api-token': '********' },
  }),
  webhook({
    id: 'sub_bot',
    url: 'https://bot.acme.example/iomnihub',
    eventTypes: ['ticket.*'],
    description: 'WhatsApp assistant',
  }),
  webhook({
    id: 'sub_sheet',
    url: 'https://sheets.acme.example/tagged',
    eventTypes: [tagged],
    description: 'Tagged tickets to a sheet',
  }),
  webhook({
    id: 'sub_staging',
    url: 'https://staging.acme.example/iomnihub',
    eventTypes: ['*'],
    description: '',
    status: 'disabled',
    health: { level: 'off', sentences: [say('health.disabled')] },
  }),
];

/** The calls of one hour, so many hours ago. */
function callsOf(id: string, hoursAgo: number): { delivered: number; failedAttempts: number } {
  const wave = Math.abs(Math.sin(hoursAgo * 12.9898) * 43_758.5453) % 1;
  const rush = 0.6 + 0.4 * Math.cos(((hoursAgo - 2) / 12) * Math.PI);
  switch (id) {
    case 'sub_crm':
      if (hoursAgo < 3) return { delivered: 0, failedAttempts: 24 + Math.round(18 * wave) };
      return {
        delivered: Math.round(20 + 60 * wave * rush),
        failedAttempts: hoursAgo % 9 === 4 ? 3 : 0,
      };
    case 'sub_bot':
      return { delivered: Math.round(180 + 320 * wave * rush), failedAttempts: 0 };
    case 'sub_sheet':
      return { delivered: Math.round(4 + 12 * wave), failedAttempts: hoursAgo === 14 ? 1 : 0 };
    default:
      return { delivered: 0, failedAttempts: 0 };
  }
}

const latency = (id: string) => (id === 'sub_staging' ? null : id === 'sub_bot' ? 50 : 100);

export function statisticsOf(id: string, hours: number): Statistics {
  const last = Math.floor(now.getTime() / hour) * hour;
  const list = Array.from({ length: hours }, (_, index) => {
    const hoursAgo = hours - 1 - index;
    const calls = callsOf(id, hoursAgo);
    const p50 = calls.delivered + calls.failedAttempts > 0 ? latency(id) : null;
    return {
      hour: new Date(last - hoursAgo * hour).toISOString(),
      ...calls,
      failed: 0,
      latencyMs: {
        average: p50,
        p50,
        p95: p50 && (hoursAgo % 5 === 0 ? 500 : 250),
        p99: p50 && (hoursAgo % 7 === 0 ? 1_000 : 500),
      },
    };
  });
  const sum = (name: 'delivered' | 'failedAttempts') => list.reduce((total, one) => total + one[name], 0);
  const p50 = latency(id);
  return {
    since: list[0]?.hour ?? '',
    until: new Date(last + hour).toISOString(),
    total: {
      delivered: sum('delivered'),
      failedAttempts: sum('failedAttempts'),
      failed: 0,
      latencyMs: { average: p50, p50, p95: p50 && 250, p99: p50 && 500 },
    },
    hours: list,
  };
}

export function accountStatistics(): Answer<'GET /statistics'> {
  return {
    since: ago(24 * hour),
    until: ago(0),
    bucketHours: 1,
    subscriptions: webhooks.map(({ id }) => {
      const { total, hours } = statisticsOf(id, 24);
      return {
        subscriptionId: id,
        total,
        delivered: hours.map(({ delivered }) => delivered),
        failedAttempts: hours.map(({ failedAttempts }) => failedAttempts),
        failed: hours.map(() => 0),
      };
    }),
  };
}

function deliveryAt(index: number): Delivery {
  const eventType = index % 3 === 1 ? added : resolved;
  const status = index < 6 ? 'waiting' : index === 9 ? 'failed' : 'delivered';
  const attemptCount = status === 'waiting' ? 3 : status === 'failed' ? 1 : 1;
  const nextAttemptAt = ago(-9 * minute - 20_000);
  return {
    id: `dlv_${index}`,
    subscriptionId: 'sub_crm',
    eventId: `evt_${48_213 - index * 3}_${eventType.split('.')[1]}`,
    eventType,
    acceptedAt: ago(34 * minute + index * 19 * minute),
    status,
    attemptCount,
    updatedAt: ago(25 * minute),
    ...(status === 'waiting'
      ? {
          responseStatus: 500,
          nextAttemptAt,
          sentences: [
            say('delivery.waiting-answered', { at: nextAttemptAt, attempts: attemptCount, status: 500 }),
            say('status.failed'),
          ],
        }
      : status === 'failed'
        ? {
            responseStatus: 404,
            reason: 'status' as const,
            sentences: [
              say('delivery.exhausted', { attempts: attemptCount }),
              say('failure.answered', { status: 404 }),
              say('status.nowhere'),
            ],
          }
        : { responseStatus: 204, sentences: [say('delivery.delivered', { attempts: attemptCount })] }),
  };
}

export const deliveries: readonly Delivery[] = Array.from({ length: 64 }, (_, index) => deliveryAt(index));

const [, exampleEntry] = eventCatalog;
export const body = JSON.stringify({
  id: deliveries[0]?.eventId,
  type: exampleEntry.type,
  timestamp: deliveries[0]?.acceptedAt,
  accountId: session.accountId,
  data: exampleEntry.example,
});

export function detailOf(id: string): DeliveryDetail {
  const delivery = deliveries.find((one) => one.id === id) ?? deliveryAt(0);
  const gaps = [1_000, 6_000, 310_000];
  const isGood = delivery.status === 'delivered';
  return {
    ...delivery,
    body,
    attempts: gaps.slice(0, delivery.attemptCount).map((gap, index) => ({
      startedAt: new Date(Date.parse(delivery.acceptedAt) + gap).toISOString(),
      durationMs: 84 + index * 13,
      outcome: isGood ? 'success' : 'failure',
      ...(isGood ? {} : { reason: 'status' as const }),
      ...(delivery.responseStatus === undefined ? {} : { status: delivery.responseStatus }),
      remoteAddress: '203.0.113.10',
      responseExcerpt: isGood ? '' : '{"error":"database is locked","hint":"retry later","requestId":"7f3a"}',
      request: {
        method: 'POST',
        origin: 'https://crm.acme.example',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'iOmniHub-Webhooks/0.1.0',
          'iomnihub-event-type': delivery.eventType,
          'iomnihub-attempt': String(index + 1),
          'webhook-id': delivery.eventId,
          'webhook-timestamp': String(Math.floor((Date.parse(delivery.acceptedAt) + gap) / 1_000)),
          'webhook-signature': '********',
          'x-api-token': '********',
        },
      },
    })),
  };
}

export function eventOf(id: string): Answer<'GET /events/{id}'> {
  const delivery = deliveries.find(({ eventId }) => eventId === id) ?? deliveryAt(0);
  const { eventId, eventType: type, acceptedAt } = delivery;
  const waiting = delivery.status === 'waiting';
  return {
    id: eventId,
    type,
    acceptedAt,
    recordedAt: acceptedAt,
    isTest: false,
    body,
    subscriptions: [
      {
        subscriptionId: 'sub_crm',
        outcome: waiting ? 'waiting' : 'delivered',
        explanation: '',
        sentences: delivery.sentences,
        delivery,
      },
      {
        subscriptionId: 'sub_bot',
        outcome: 'delivered',
        explanation: '',
        sentences: [say('delivery.delivered', { attempts: 1 })],
      },
      {
        subscriptionId: 'sub_sheet',
        outcome: 'not-subscribed',
        explanation: '',
        sentences: [say('event.not-subscribed', { type, seconds: 5 })],
      },
      {
        subscriptionId: 'sub_staging',
        outcome: 'disabled',
        explanation: '',
        sentences: [say('event.disabled', { seconds: 5 })],
      },
    ],
  };
}

export const eventTypes: Answer<'GET /event-types'> = {
  items: eventCatalog.map(presentEventType),
  nextCursor: null,
};
