import type { Behaviour } from '../local-run/receivers-process.ts';

/** What one account does while the others are measured. */
export interface Case {
  /** Follows `one account`. */
  readonly name: string;
  /** In words. */
  readonly load: string;
  readonly behaviour: Behaviour;
  readonly isGoal: boolean;
  publish(atRate: PublishAtRate, saturation: number, seconds: number): Promise<unknown>;
}

type PublishAtRate = (eventsPerSecond: number, seconds: number) => Promise<unknown>;

/** Each case has a noisy account of its own: what one has taught of its receivers does not count for the next. */
export function noisyAccount(index: number): string {
  return `noisy${index}x`;
}

const steadily =
  (share: number): Case['publish'] =>
  (atRate, saturation, seconds) =>
    atRate(share * saturation, seconds);

/** A tenth of a second's worth of publishing, for events that take much longer to deliver. */
async function inOneBurst(atRate: PublishAtRate, saturation: number, seconds: number): Promise<void> {
  const events = 0.35 * saturation * seconds;
  await atRate(10 * events, 0.1);
}

const holds = (name: string, behaviour: Behaviour): Case => ({
  name,
  load: '10 %',
  behaviour,
  isGoal: true,
  publish: steadily(0.1),
});

export const cases: readonly Case[] = [
  { name: 'does nothing', load: 'none', behaviour: 'answers', isGoal: false, publish: async () => undefined },
  { name: 'floods', load: '35 %', behaviour: 'answers', isGoal: true, publish: steadily(0.35) },
  {
    name: 'floods in one burst',
    load: '35 %, at once',
    behaviour: 'answers',
    isGoal: false,
    publish: inOneBurst,
  },
  holds('never answers', 'never answers'),
  holds('answers after 14 s of 15 s', 'answers late'),
  holds('sends heads and no bodies', 'sends a head and no body'),
];
