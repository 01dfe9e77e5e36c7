import type { Attempt } from './delivery.ts';

/** Of an answer to a success. People hardly ever read it, and the row holds the delivery as well. */
const successExcerptBytes = 256;

/** Of an answer to a failure: enough for a message. */
const failureExcerptBytes = 512;

/**
 * The attempt as it is stored: without most of a long answer. Every KB of an item costs a write unit, and a receiver that
 * fails is called ten times.
 */
export function keptAttempt({ outcome, ...others }: Attempt): Attempt {
  const { responseExcerpt, ...facts } = outcome;
  const maxBytes = outcome.kind === 'success' ? successExcerptBytes : failureExcerptBytes;
  const kept = cutToBytes(responseExcerpt ?? '', maxBytes);
  return { ...others, outcome: kept ? { ...facts, responseExcerpt: kept } : facts };
}

/** The beginning of a text that has at most that many bytes of UTF-8. No character is cut in two. */
function cutToBytes(text: string, maxBytes: number): string {
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(maxBytes)).read);
}
