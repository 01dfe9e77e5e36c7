import type { AuditedAction, ChangedField, EntryActor } from '../../changes/entry.ts';

const actions: Readonly<Record<AuditedAction, string>> = {
  'subscription.created': 'Webhook added',
  'subscription.changed': 'Settings changed',
  'subscription.deleted': 'Webhook deleted',
  'subscription.paused': 'Paused',
  'subscription.resumed': 'Resumed',
  'verification.requested': 'Server asked for its consent',
  'secret.revealed': 'Signing secret looked at',
  'secret.rotated': 'Signing secret replaced',
  'headers.changed': 'Custom headers changed',
  'delivery.resent': 'Delivery sent again',
  'event.sent': 'Event sent to this webhook',
  'test.sent': 'Test event sent',
  'drill.started': 'Receiver drill started',
  'api-key.issued': 'API key issued',
  'api-key.revoked': 'API key revoked',
  'portal-session.issued': 'Link to this page made',
  'portal-session.opened': 'Page opened',
  'portal-session.revoked': 'Session ended',
  'account.status-changed': 'Status of the account changed',
  'account.removed': 'Account removed',
};

const fields: Readonly<Record<ChangedField, string>> = {
  url: 'URL',
  eventTypes: 'events',
  description: 'description',
  metadata: 'metadata',
  status: 'status',
  rateLimit: 'calls per second',
  timeoutMs: 'timeout',
};

const actors: Readonly<Record<EntryActor['kind'], string>> = {
  'api-key': 'API key',
  'portal-session': 'Session of this page',
  backend: 'iOmniHub',
};

export const changes = {
  title: 'Changes',
  text: 'Who changed what, or looked at the secret. Kept for 400 days.',
  none: 'Nothing has been changed yet.',
  more: 'Show earlier ones',
  actions,
  fields,
  actors,
  ownSession: 'You, in this session',
  statuses: { enabled: 'enabled', disabled: 'disabled', pending: 'pending' },
  until: (time: string) => `until ${time}`,
  notSet: 'none',
};
