import * as account from './account.ts';
import { deliveries, detailOf, eventOf } from './deliveries.ts';
import { heldBack, noticeEvents, noticeOf, parkedOf } from './outages.ts';
import { accountStatistics, statisticsOf } from './statistics.ts';

/** Answers a request of the page as the API would, for the made-up account. Undefined if it has no such route. */
export function answerFor(method: string, path: string, query: URLSearchParams): unknown {
  if (path === '/portal-session') return { ...account.session, token: 'whs_made_up' };
  if (method !== 'GET') return undefined;
  if (path === '/events' && query.get('eventType') === 'webhook.*') return listOf(noticeEvents);
  return answerOf[path]?.() ?? answerAbout(path.split('/').slice(1), query);
}

const webhooks = [...account.webhooks, ...heldBack];

const answerOf: Readonly<Record<string, () => unknown>> = {
  '/subscriptions': () => listOf(webhooks),
  '/statistics': () => accountStatistics(),
  '/event-types': () => account.eventTypes,
  '/audit-log': () => account.auditLog,
  '/events': () => ({
    ...listOf(
      deliveries.map(({ eventId, eventType, acceptedAt }) => ({
        id: eventId,
        type: eventType,
        acceptedAt,
        recordedAt: acceptedAt,
        isTest: false,
      })),
    ),
    completeUntil: account.now.toISOString(),
  }),
};

function answerAbout([noun, id = '', part]: readonly string[], query: URLSearchParams): unknown {
  if (noun === 'deliveries') return detailOf(id);
  if (noun === 'events') return noticeOf(id) ?? eventOf(id);
  if (noun !== 'subscriptions') return undefined;
  if (part === 'deliveries') return listOf(filterBy(query.get('status') ?? ''));
  if (part === 'stats') return statisticsOf(id, query.has('since') ? hoursSince(query) : 24);
  const webhook = webhooks.find((one) => one.id === id);
  return webhook && { ...webhook, parked: parkedOf(id) };
}

function listOf(items: readonly unknown[]) {
  return { items, nextCursor: null };
}

function filterBy(statuses: string) {
  return deliveries.filter(({ status }) => statuses === '' || statuses.split(',').includes(status));
}

function hoursSince(query: URLSearchParams): number {
  const since = Date.parse(query.get('since') ?? '');
  return Math.floor((account.now.getTime() - since) / 3_600_000) + 1;
}
