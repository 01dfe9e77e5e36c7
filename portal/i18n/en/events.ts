import type { RouteAnswer } from '../../api/route-shapes.ts';
import { plural } from './words.ts';

type Outcome = RouteAnswer<'GET /events/{id}'>['subscriptions'][number]['outcome'];

const outcomes: Readonly<Record<Outcome, string>> = {
  delivered: 'Delivered',
  waiting: 'Waiting',
  parked: 'Kept',
  failed: 'Failed',
  cancelled: 'Cancelled',
  'no-longer-known': 'No longer known',
  'not-subscribed': 'Not chosen',
  disabled: 'Was disabled',
  pending: 'Was pending',
  'account-suspended': 'Was suspended',
  'created-later': 'Created later',
};

export const events = {
  title: 'Events',
  subtitle: 'What happened in your account, and for each webhook why it was or was not delivered.',
  test: 'Test',
  none: 'No events yet. They are kept from when the account has a webhook.',
  noMatch: 'No event of this type.',
  count: (count: number, hasMore: boolean) =>
    hasMore
      ? plural(count, { other: 'The latest # events' })
      : plural(count, { one: '# event', other: '# events' }),
  details: 'Event details',
  copyId: 'Copy event id',
  atWebhooks: 'At your webhooks',
  noWebhooks: 'The account had no webhook for it.',
  outcomes,
  showDelivery: 'Show the delivery',
  send: 'Send to this webhook',
  sendAgain: 'Send again',
  body: 'Body of the callback',
};
