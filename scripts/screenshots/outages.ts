import { describeNotice } from '../../contract/notices.ts';
import { say } from '../../contract/sentences.ts';
import { ago, hour, minute, session, webhook } from './account.ts';
import type { Answer } from './answer-types.ts';

/** Webhooks of the made-up account that are kept from delivering, and what their owner was told. */

type Webhook = Answer<'GET /subscriptions'>['items'][number];
type Parked = Answer<'GET /subscriptions/{id}'>['parked'];
type Event = Answer<'GET /events'>['items'][number];

const nextCallAt = ago(-4 * minute - 10_000);
const failsSince = ago(5 * hour + 20 * minute);
const pausedUntil = ago(-50 * minute);
const keptUntil = ago(-21 * hour);

const erp = {
  id: 'sub_erp',
  url: 'https://erp.acme.example/iomnihub',
  description: 'Tickets in the ERP',
};
const news = { id: 'sub_news', url: 'https://news.acme.example/hook', description: 'Newsletter' };
const old = { id: 'sub_old', url: 'https://old.acme.example/hook', description: 'Before the move' };

export const heldBack: readonly Webhook[] = [
  webhook({
    ...erp,
    eventTypes: ['ticket.*'],
    health: {
      level: 'problem',
      sentences: [
        say('health.failing', { since: failsSince, at: nextCallAt }),
        say('failure.answered', { status: 503 }),
        say('status.down'),
      ],
    },
    breaker: { state: 'open', openedAt: ago(5 * hour), openings: 6, nextCallAt },
    failing: { since: failsSince, lastReason: 'status', lastStatus: 503, disablesAt: ago(-115 * hour) },
  }),
  webhook({
    ...news,
    eventTypes: ['customer.*'],
    health: { level: 'paused', sentences: [say('health.paused', { at: pausedUntil })] },
    paused: { since: ago(10 * minute), until: pausedUntil, by: { kind: 'portal-session', id: session.id } },
  }),
  webhook({
    ...old,
    eventTypes: ['ticket.*'],
    status: 'disabled',
    disabledReason: 'gone',
    keptUntil,
    health: {
      level: 'problem',
      sentences: [say('health.disabled-gone'), say('health.kept', { at: keptUntil })],
    },
  }),
];

const parked: Readonly<Record<string, Parked>> = {
  sub_erp: { count: 1_000, isMore: true, oldestAt: failsSince },
  sub_news: { count: 12, isMore: false, oldestAt: ago(9 * minute) },
  sub_old: { count: 1, isMore: false, oldestAt: ago(2 * hour) },
};

export function parkedOf(id: string): Parked {
  return parked[id] ?? { count: 0, isMore: false };
}

const actor = { kind: 'portal-session', id: session.id } as const;
const masked = ({ url, ...subscription }: typeof erp) => ({
  ...subscription,
  url: `${new URL(url).origin}/********`,
});

const notices: readonly Parameters<typeof describeNotice>[0][] = [
  {
    id: 'evt_wh_paused',
    type: 'webhook.subscription.paused',
    occurredAt: ago(10 * minute),
    data: { subscription: masked(news), until: pausedUntil, actor },
  },
  {
    id: 'evt_wh_disabled',
    type: 'webhook.subscription.disabled',
    occurredAt: ago(3 * hour),
    data: { subscription: masked(old), reason: 'gone', keptUntil },
  },
  {
    id: 'evt_wh_failing',
    type: 'webhook.subscription.failing',
    occurredAt: ago(4 * hour),
    data: {
      subscription: masked(erp),
      since: failsSince,
      lastFailure: { reason: 'status', status: 503 },
      nextCallAt,
    },
  },
  {
    id: 'evt_wh_changed',
    type: 'webhook.subscription.changed',
    occurredAt: ago(50 * hour),
    data: {
      subscription: masked(erp),
      fields: ['url', 'rateLimit'],
      from: 'https://erp.old.example',
      to: 'https://erp.acme.example',
      actor,
    },
  },
];

export const noticeEvents: readonly Event[] = notices.map(({ id, type, occurredAt }) => ({
  id,
  type,
  acceptedAt: occurredAt,
  recordedAt: occurredAt,
  isTest: false,
}));

export function noticeOf(id: string): Answer<'GET /events/{id}'> | undefined {
  const event = noticeEvents.find((one) => one.id === id);
  const notice = notices.find((one) => one.id === id);
  if (!event || !notice) return undefined;
  const { type, occurredAt, accountId, data } = describeNotice(notice, session.accountId);
  return {
    ...event,
    body: JSON.stringify({ id, type, timestamp: occurredAt, accountId, data }),
    subscriptions: [],
  };
}
