import { plural } from './words.ts';

export const webhooks = {
  title: 'Webhooks',
  subtitle: 'iOmniHub calls these URLs as soon as something happens in your account.',
  add: 'Add webhook',
  searchLabel: 'Search webhooks',
  searchHint: 'Search by URL, description or event type',
  filter: 'Status',
  groups: { all: 'All', working: 'Working', failing: 'Need attention', off: 'Off' },
  range: 'Period',
  ranges: { '24h': '24 hours', '14d': '14 days' },
  columns: {
    webhook: 'Webhook',
    events: 'Events',
    status: 'Status',
    activity: { '24h': 'Last 24 hours', '14d': 'Last 14 days' },
    delivered: 'Delivered',
  },
  noDescription: 'No description',
  noCalls: 'No calls',
  moreTypes: (count: number) => `+${count}`,
  countOf: (count: number, most: number) =>
    plural(count, { one: `# webhook, of at most ${most}`, other: `# webhooks, of at most ${most}` }),
  count: (count: number) => plural(count, { one: '# webhook', other: '# webhooks' }),
  ofCalls: (delivered: string, calls: string) => `${delivered} of ${calls}`,
  sparkline: (delivered: string, failed: string) => `${delivered} delivered, ${failed} failed`,
  noMatch: 'No webhook matches.',
  clearSearch: 'Show all',
  empty: {
    title: 'Be called when something happens',
    worth:
      'A webhook calls your own server when a ticket or a customer changes: for a chatbot of yours, or to keep a CRM in step.',
    enough:
      'If your team answers customers in the iOmniHub web app, that is enough, and you need no webhook.',
  },
  attention: (host: string) => `${host} needs attention.`,
  attentionMany: (count: number) => plural(count, { other: '# webhooks need attention.' }),
  seeWhy: 'See why',
  states: {
    healthy: { word: 'Healthy', note: '' },
    unproven: { word: 'New', note: 'Not answered yet' },
    shaky: { word: 'Some calls fail', note: 'They are tried again' },
    failing: { word: 'Failing', note: 'No call succeeds' },
    down: { word: 'Failing', note: 'Deliveries are kept' },
    throttled: { word: 'Slowed down', note: 'Your server asked for it' },
    draining: { word: 'Catching up', note: 'What was kept is sent' },
    paused: { word: 'Paused', note: 'Deliveries are kept' },
    pending: { word: 'Pending', note: 'Not confirmed yet' },
    broken: { word: 'Not delivered', note: 'Needs your attention' },
    ended: { word: 'Disabled', note: 'By iOmniHub' },
    off: { word: 'Disabled', note: 'By you' },
  },
  until: (time: string) => `Until ${time}`,
  nextCall: (time: string) => `Next call ${time}`,
  shakyText:
    'In the latest hour some calls failed. They are tried again by themselves; the filter “Failed” shows what was given up. Open a delivery to see what your server answered.',
  failingText:
    'Every call of the latest hour failed. Each is tried again, and nothing is lost. See what your server answers.',
};
