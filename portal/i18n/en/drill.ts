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

export const drillSentences: DrillSentences = {
  'drill.valid': () => 'A callback as every other.',
  'drill.duplicate': () => 'The same callback once more, with the same webhook-id.',
  'drill.two-signatures': () =>
    'Two signatures, of which the second is right, as during a rotation of the secret.',
  'drill.unknown-type': () => 'An event type that your server does not know yet.',
  'drill.unknown-field': () => 'A field that your server does not know yet.',
  'drill.emoji': () => 'Accents, emoji and a line separator in the body.',
  'drill.large': () => 'A body of about 250 KB.',
  'drill.old-timestamp': () => 'A good signature, ten minutes old: somebody repeats what they have recorded.',
  'drill.future-timestamp': () => 'A good signature, ten minutes ahead.',
  'drill.wrong-signature': () => 'A signature that was made without the secret.',
  'drill.changed-body': () => 'A body that was changed after it was signed, by one space.',
  'drill.missing-signature': () => 'No webhook-signature at all.',
  'drill.missing-timestamp': () => 'No webhook-timestamp.',
  'drill.missing-id': () => 'No webhook-id.',

  'drill.waiting': () => 'The call is about to be made.',
  'drill.not-made': () => 'The call was not made.',
  'drill.accepted-rightly': (p) => `Your server took it, with ${p.status}, as it should.`,
  'drill.refused-rightly': (p) => `Your server refused it, with ${p.status}, as it should.`,
  'drill.accepted-wrongly': (p) => `Your server took it, with ${p.status}, and should refuse it.`,
  'drill.refused-wrongly': (p) => `Your server refused it, with ${p.status}, and should take it.`,
  'drill.failed': (p) =>
    `Your server answered ${p.status}. It should take a good call with 2xx and refuse a wrong one with 4xx.`,
  'drill.unanswered': () => 'Your server did not answer.',

  'drill.advice.valid': () =>
    'Until this one is taken, nothing arrives. Check the secret, and verify the raw body before anything parses it.',
  'drill.advice.duplicate': () =>
    'A callback may come twice. Answer 2xx to one that was handled before, by its webhook-id, and do nothing else.',
  'drill.advice.two-signatures': () =>
    'Compare with each signature of the header, which are separated by spaces, and take the call if one fits.',
  'drill.advice.unknown-type': () =>
    'Answer 2xx to types that you do not handle. Otherwise each of them is sent again for days.',
  'drill.advice.unknown-field': () => 'Ignore fields that you do not know: events may gain some.',
  'drill.advice.emoji': () => 'Verify the bytes as they came, as UTF-8, and not a text that was made anew.',
  'drill.advice.large': () => 'Let the server take bodies of up to 256 KiB.',
  'drill.advice.old-timestamp': () =>
    'Compare webhook-timestamp with your clock, and refuse what is more than five minutes off.',
  'drill.advice.future-timestamp': () =>
    'Compare webhook-timestamp with your clock in both directions, and refuse what is more than five minutes off.',
  'drill.advice.wrong-signature': () =>
    'Anybody can send you events. Verify webhook-signature with the secret, and refuse the call if it does not fit.',
  'drill.advice.changed-body': () =>
    'Anybody on the way can change events. Verify the signature over the raw body, not over one that was parsed.',
  'drill.advice.missing-signature': () => 'Refuse a call without a signature before anything else.',
  'drill.advice.missing-timestamp': () => 'Refuse a call without a time: the time is part of what is signed.',
  'drill.advice.missing-id': () => 'Refuse a call without an id: the id is part of what is signed.',
};
