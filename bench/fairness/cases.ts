import type { Behaviour } from '../local-run/receivers-process.ts';

/** What one account does while the others are measured. */
export interface Case {
  /** Follows `one account`. */
  readonly name: string;
  /** How much it publishes, of what the machine can take. */
  readonly share: number;
  /** All at once, instead of steadily. */
  readonly isBurst: boolean;
  /** Of its receiver. */
  readonly behaviour: Behaviour;
}

/**
 * What all quiet accounts together publish. At these loads, most batches have one message, which costs several times as
 * much CPU as one of a full batch. So all shares together stay far below a half: else the machine is what everybody waits
 * for.
 */
export const quietShare = 0.05;

const holds = (name: string, behaviour: Behaviour): Case => ({
  name,
  share: 0.05,
  isBurst: false,
  behaviour,
});

export const cases: readonly Case[] = [
  { name: 'does nothing', share: 0, isBurst: false, behaviour: 'answers' },
  { name: 'floods', share: 0.15, isBurst: false, behaviour: 'answers' },
  { name: 'floods in one burst', share: 0.15, isBurst: true, behaviour: 'answers' },
  holds('never answers', 'never answers'),
  holds('answers after 14 s of 15 s', 'answers late'),
  holds('sends heads and no bodies', 'sends a head and no body'),
];

/** Each case has a noisy account of its own: what one has taught of its receiver does not count for the next. */
export function noisyGroup(index: number): string {
  return `noisy${index}x`;
}
