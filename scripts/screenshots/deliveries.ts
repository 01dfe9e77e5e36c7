import { say } from '../../contract/sentences.ts';
import { eventCatalog } from '../../core/events/event-catalog.ts';
import { added, ago, minute, resolved, session } from './account.ts';
import type { Answer } from './answer-types.ts';

/** What was delivered to the made-up account's CRM, and what waits for it. */

type Delivery = Answer<'GET /subscriptions/{id}/deliveries'>['items'][number];
type DeliveryDetail = Answer<'GET /deliveries/{id}'>;

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
