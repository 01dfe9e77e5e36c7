import { presentEventType } from '../../contract/event-views.ts';
import { say } from '../../contract/sentences.ts';
import { eventCatalog } from '../../core/events/event-catalog.ts';
import { subscribableCatalog } from '../../core/events/subscribable-events.ts';
import type { Answer } from './answer-types.ts';

/** A made-up account whose webhooks show what the page has to show. Its answers are typed by the contract. */

type Webhook = Answer<'GET /subscriptions'>['items'][number];

/** A Monday, in the middle of the day in São Paulo. */
export const now = new Date('2026-11-30T17:32:10.000Z');
export const minute = 60_000;
export const hour = 60 * minute;

/** A time so many ms before now. */
export const ago = (ms: number) => new Date(now.getTime() - ms).toISOString();

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

export function webhook(
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

export const [, { type: resolved }, { type: tagged }, , { type: added }] = eventCatalog;

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

export const eventTypes: Answer<'GET /event-types'> = {
  items: subscribableCatalog.map(presentEventType),
  nextCursor: null,
};

const crm = { subscriptionId: 'sub_crm', requestId: 'request', sourceIp: '203.0.113.9' };
const ownSession = { kind: 'portal-session', id: session.id } as const;
const key = { kind: 'api-key', id: '0d81f2a94c5be6730d81f2a9' } as const;

/** Of the webhook whose settings are shown. */
export const auditLog: Answer<'GET /audit-log'> = {
  items: [
    {
      ...crm,
      at: ago(2 * minute),
      action: 'subscription.changed',
      actor: ownSession,
      details: { fields: ['timeoutMs'], before: { timeoutMs: null }, after: { timeoutMs: 10_000 } },
    },
    {
      ...crm,
      at: ago(26 * hour),
      action: 'delivery.resent',
      actor: { kind: 'portal-session', id: '94c5be6730d81f2a90d81f2a' },
      details: { deliveryId: 'dlv_0' },
    },
    {
      ...crm,
      at: ago(20 * 24 * hour),
      action: 'subscription.changed',
      actor: key,
      details: {
        fields: ['url', 'eventTypes'],
        from: 'https://old.acme.example',
        to: 'https://crm.acme.example',
        before: { eventTypes: ['customer.*'] },
        after: { eventTypes: ['customer.*', resolved] },
      },
    },
    {
      ...crm,
      at: ago(20 * 24 * hour),
      action: 'headers.changed',
      actor: key,
      details: { names: ['x-api-token'] },
    },
    { ...crm, at: ago(40 * 24 * hour), action: 'subscription.created', actor: key },
  ],
  nextCursor: null,
};
