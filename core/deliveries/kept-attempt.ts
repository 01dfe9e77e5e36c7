import type { Attempt, DeliveryInWork } from './delivery.ts';

/** Of an answer, in an item of its own: enough for a message. */
const itemExcerptBytes = 512;

/** In the row of a delivery, beside all that the row holds. It is the answer to a success, which people hardly ever read. */
const rowExcerptBytes = 256;

/** Of an answer that somebody has asked for: what a web framework says in its error pages. */
export const askedAnswerBytes = 16 * 1024;

/** Does somebody wait for the answer: is it a test, or the first attempt since its owner sent the delivery again? */
export function isAskedFor({ claimed }: DeliveryInWork, isTest: boolean): boolean {
  return (
    isTest || (claimed?.restarted !== undefined && claimed.restarted.attemptCount === claimed.attemptCount)
  );
}

/**
 * The attempt as it is stored: without most of a long answer. Every KB of an item costs a write unit, and a receiver that
 * fails is called ten times.
 */
export function keptInItem(attempt: Attempt): Attempt {
  return withExcerpt(attempt, attempt.sent.isAskedFor ? askedAnswerBytes : itemExcerptBytes);
}

export function keptInRow(attempt: Attempt): Attempt {
  return withExcerpt(attempt, rowExcerptBytes);
}

function withExcerpt({ outcome, ...others }: Attempt, maxBytes: number): Attempt {
  const { responseExcerpt, ...facts } = outcome;
  const kept = cutToBytes(responseExcerpt ?? '', maxBytes);
  return { ...others, outcome: kept ? { ...facts, responseExcerpt: kept } : facts };
}

/** The beginning of a text that has at most that many bytes of UTF-8. No character is cut in two. */
function cutToBytes(text: string, maxBytes: number): string {
  // A UTF-16 unit has at most three bytes. Most answers are as short as "ok".
  if (text.length * 3 <= maxBytes) return text;
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(maxBytes)).read);
}
