import type { DrillSentences } from '../sentences.ts';
import { plural } from './words.ts';

export const drill = {
  title: 'Receiver drill',
  text: 'Sends 14 calls to your server, right ones and wrong ones, and shows what it does well and what it should not do.',
  start: 'Start the drill',
  again: 'Start again',
  promises: [
    'Every call is marked as a test, so your server can tell.',
    'Calls with a wrong signature or a wrong time should be refused.',
    'A repeated, unknown or large event should be taken.',
    'Nothing of it counts: a drill neither disables the webhook nor changes its numbers.',
  ],
  progress: (done: number, total: number) => `${done} of ${total} calls answered …`,
  summary: (good: number, bad: number) =>
    bad === 0
      ? 'Your server does everything right.'
      : `${good} right, ${plural(bad, { one: '# to mend', other: '# to mend' })}.`,
  verdicts: { good: 'Right', bad: 'Wrong', waiting: 'Waiting' },
};

export const drillSentences: Partial<DrillSentences> = {
  'drill.duplicate': () => 'The same callback once more, with the same webhook-id.',
  'drill.unknown-type': () => 'An event type that your server does not know yet.',
  'drill.unknown-field': () => 'A field that your server does not know yet.',
  'drill.missing-signature': () => 'No webhook-signature at all.',
  'drill.missing-timestamp': () => 'No webhook-timestamp.',
  'drill.missing-id': () => 'No webhook-id.',

  'drill.accepted-rightly': (p) => `Your server took it, with ${p.status}, as it should.`,
  'drill.refused-rightly': (p) => `Your server refused it, with ${p.status}, as it should.`,
  'drill.accepted-wrongly': (p) => `Your server took it, with ${p.status}, and should refuse it.`,
  'drill.refused-wrongly': (p) => `Your server refused it, with ${p.status}, and should take it.`,
  'drill.failed': (p) =>
    `Your server answered ${p.status}. It should take a good call with 2xx and refuse a wrong one with 4xx.`,
  'drill.unanswered': () => 'Your server did not answer.',

  'drill.advice.duplicate': () =>
    'A callback may come twice. Answer 2xx to one that was handled before, by its webhook-id, and do nothing else.',
  'drill.advice.old-timestamp': () =>
    'Compare webhook-timestamp with your clock, and refuse what is more than five minutes off.',
  'drill.advice.future-timestamp': () =>
    'Compare webhook-timestamp with your clock in both directions, and refuse what is more than five minutes off.',
  'drill.advice.wrong-signature': () =>
    'Anybody can send you events. Verify webhook-signature with the secret, and refuse the call if it does not fit.',
};
