import { plural } from './words.ts';

const probes: Readonly<Record<string, string>> = {
  valid: 'A valid callback',
};

export const drill = {
  title: 'Receiver drill',
  text: 'Sends about 14 signed calls to your server, right ones and wrong ones, and shows what it does well and what it should not do.',
  start: 'Start the drill',
  again: 'Start again',
  promises: [
    'Every call is marked as a test, so your server can tell.',
    'Calls with a wrong signature or an old time should be refused.',
    'A repeated, unknown or large event should be taken.',
    'Nothing of it counts: a drill neither disables the webhook nor changes its numbers.',
  ],
  progress: (done: number, total: number) => `${done} of ${total} calls answered …`,
  summary: (good: number, bad: number) =>
    bad === 0
      ? 'Your server does everything right.'
      : `${good} right, ${plural(bad, { other: '# to mend' })}.`,
  verdicts: { good: 'Right', bad: 'Wrong', note: 'Worth a look', waiting: 'Waiting' },
  probes,
};
