import { plural } from './words.ts';

/** One webhook: its screen, its tests, its secret and its life. */
export const webhook = {
  title: 'Webhook',
  sections: 'Sections of this webhook',
  tabs: { deliveries: 'Deliveries', activity: 'Activity', drill: 'Receiver drill', settings: 'Settings' },
  edit: 'Edit',
  status: 'Status',
  delivered: 'Delivered, 24 h',
  shareOfCalls: (share: string) => `${share} of calls`,
  waiting: 'Waiting',
  latency: 'Median / p99',
  sendTest: 'Send test event',
  sendAnother: 'Send another',
  testNeedsEnabled: 'Enable the webhook first',
  testType: 'Event type',
  testHint: 'Sends an example to this webhook alone, signed like every callback and marked as a test.',
  testOnItsWay: 'On its way to your server …',
  answeredIn: (duration: string) => `Took ${duration}.`,
  showDelivery: 'Show the delivery',
  secret: {
    title: 'Signing secret',
    text: 'Your server checks with it that a callback comes from iOmniHub. Keep it as you keep a password.',
    reveal: 'Show the secret',
    hide: 'Hide',
    audited: 'Each look is written to the audit log.',
    copy: 'Copy secret',
    notAllowed: 'Your session may not see secrets.',
    previous: 'An earlier secret also signs until',
    rotate: 'Replace the secret',
    rotateTitle: 'Replace the signing secret',
    rotateText:
      'A new secret is made. Until the overlap ends, both sign each callback, so your server can switch at any time.',
    overlap: 'Both secrets sign for',
    overlaps: {
      60: '1 minute, because the old one has leaked',
      3600: '1 hour',
      86400: '1 day',
      604800: '7 days',
    },
    rotateNow: 'Make a new secret',
    rotated: 'The new secret signs now.',
    oldUntil: 'The old one signs until',
    noOld: 'The old one signs no more.',
    doneHint: 'Copy it to your server before the old one ends.',
  },
  life: {
    title: 'Status',
    enable: 'Enable',
    disable: 'Disable',
    delete: 'Delete',
    enabled: 'Enabled',
    disabled: 'Disabled',
    enableText:
      'Events that come from now on are sent. What came while it was disabled is not sent by itself: send it from the events.',
    disableText: 'Events that come while it is disabled are not sent.',
    disableTitle: (host: string) => `Disable ${host}?`,
    deleteTitle: (host: string) => `Delete ${host}?`,
    deleteText: 'Its settings and its secret are gone. Its deliveries can no longer be looked up.',
    waitingNone: 'No delivery waits for it now.',
    waiting: (count: number, isMore: boolean) =>
      isMore
        ? `More than ${count} deliveries wait for it. They are cancelled when their next attempt is due.`
        : plural(count, {
            one: '# delivery waits for it. It is cancelled when its next attempt is due.',
            other: '# deliveries wait for it. They are cancelled when their next attempts are due.',
          }),
    askAgain: 'Ask the receiver again',
  },
};
