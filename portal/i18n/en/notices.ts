import type { NoticeType } from '../../notices/notice.ts';

const titles: Readonly<Record<NoticeType, string>> = {
  'webhook.subscription.failing': 'Your server fails',
  'webhook.subscription.disabling': 'About to be disabled',
  'webhook.subscription.disabled': 'Disabled',
  'webhook.subscription.recovered': 'Works again',
  'webhook.subscription.paused': 'Paused',
  'webhook.subscription.resumed': 'Resumed',
  'webhook.subscription.secret-rotated': 'Signing secret replaced',
  'webhook.subscription.changed': 'Settings changed',
  'webhook.delivery.exhausted': 'Deliveries given up',
  'webhook.event.unprocessable': 'Event that cannot be delivered',
};

export const notices = {
  title: 'Notices',
  subtitle:
    'What iOmniHub has to tell you about your webhooks. Subscribe a webhook to webhook.* to have it sent to your server.',
  latest: 'Latest notices',
  aboutThis: 'About this webhook',
  none: 'Nothing to tell. Outages, pauses and changes of your webhooks appear here.',
  showEvent: 'Event',
  titles,
};
