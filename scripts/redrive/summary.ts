import type { DeadLetter } from './dead-letter.ts';
import type { Sight } from './look.ts';
import { countText, printable } from './text.ts';

/** How many messages a queue holds, by reason, and whether there may be more. */
export function summarize({ queueName, letters, unseen }: Sight, isStopped: boolean) {
  return {
    queue: queueName,
    count: letters.length,
    /** True if the count is a lower bound. */
    isAtLeast: isStopped || unseen.visible + unseen.hidden > 0,
    unseen,
    reasons: Object.fromEntries(countBy(letters, ({ reason }) => reason)),
  };
}

/** The same for a person. `outcome` says what became of them. */
export function summaryLines(sight: Sight, isStopped: boolean, outcome = ''): string[] {
  const { queue, count, isAtLeast, unseen, reasons } = summarize(sight, isStopped);
  return [
    `${queue}: ${isAtLeast ? 'at least ' : ''}${countText(count, 'message')}${outcome && `, ${outcome}`}`,
    ...Object.entries(reasons).map(([reason, many]) => `  ${String(many).padStart(7)}  ${printable(reason)}`),
    ...(unseen.hidden > 0
      ? [
          `  About ${unseen.hidden} more are hidden: another run has them, or one that was killed. They come back by themselves.`,
        ]
      : []),
    ...(unseen.visible > 0
      ? [`  About ${unseen.visible} more were not read. The same command shows them later.`]
      : []),
  ];
}

export function countBy(
  letters: readonly DeadLetter[],
  nameOf: (letter: DeadLetter) => string,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const letter of letters) counts.set(nameOf(letter), (counts.get(nameOf(letter)) ?? 0) + 1);
  return counts;
}
