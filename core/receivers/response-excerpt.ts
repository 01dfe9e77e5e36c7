import { cutText } from '../cut-text.ts';
import { confidentialSpellings, minConfidentialLength } from './confidential-values.ts';
import { type Reading, readingsOf } from './spelled-text.ts';

/** Replaces a confidential value in an excerpt and in what the API shows. */
export const mask = '********';

/** A mask may be longer than the value it hides, and an item of the table holds at most 400 KB. */
const maxExcerptLength = 8_192;

/** Places in a text, from the first one up to the one after the last. */
type Range = readonly [start: number, end: number];

/**
 * The start of a response, as its owner sees it. It is untrusted text. Confidential values that the receiver echoes
 * are masked, in whatever escapes of URLs, JSON or HTML they are written. A value that is cut off at the end is masked
 * too. The time is linear in the length of the response, whatever it contains.
 */
export function excerptResponse(
  body: Uint8Array,
  confidential: readonly string[],
  maxLength = maxExcerptLength,
): string {
  const text = decodeText(body);
  // Without this, most of the work would be for answers such as "ok". With escapes resolved, a text is never longer.
  if (text.length < minConfidentialLength) return text;
  const spellings = confidentialSpellings(confidential).map(fold);
  const readings = spellings.length > 0 ? readingsOf(text) : [];
  const found = readings.flatMap((reading) => {
    const folded = fold(reading.text);
    return spellings.flatMap((spelling) => rangesOf(spelling, folded, reading, text.length));
  });
  return cutText(maskRanges(text, found), maxLength);
}

/**
 * The text of a response: UTF-8, or UTF-16 if a byte order mark says so or its ASCII characters show it. A character
 * that is cut off at the end is left out.
 */
export function decodeText(body: Uint8Array): string {
  const [first, second] = body;
  const isLittleEndian = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0);
  const isBigEndian = (first === 0xfe && second === 0xff) || (first === 0 && second !== 0);
  const encoding = isLittleEndian ? 'utf-16le' : isBigEndian && body.length > 1 ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(body, { stream: true });
}

/** In the query of a URL, "+" is a space. */
function fold(text: string): string {
  return text.replaceAll('+', ' ');
}

/**
 * Where the spelling stands in the original, and where its beginning stands at the end of it (Knuth, Morris and Pratt:
 * `indexOf` takes the product of both lengths for a text that is made for it).
 */
function rangesOf(spelling: string, text: string, { starts, ends }: Reading, length: number): Range[] {
  const ranges: Range[] = [];
  const fallbacks = fallbacksOf(spelling);
  let matched = 0;
  for (let place = 0; place < text.length; place += 1) {
    matched = extend(spelling, fallbacks, matched, text[place]);
    if (matched < spelling.length) continue;
    ranges.push([starts[place + 1 - matched] ?? 0, ends[place] ?? 0]);
    matched = fallbacks[matched] ?? 0;
  }
  if (matched >= minConfidentialLength) ranges.push([starts[text.length - matched] ?? 0, length]);
  return ranges;
}

/** For each length of a beginning: how much of its end is a shorter beginning. */
function fallbacksOf(spelling: string): number[] {
  const fallbacks = [0, 0];
  for (let length = 2; length <= spelling.length; length += 1) {
    fallbacks.push(extend(spelling, fallbacks, fallbacks[length - 1] ?? 0, spelling[length - 1]));
  }
  return fallbacks;
}

/** How much of the spelling is matched once another character has been read. */
function extend(
  spelling: string,
  fallbacks: readonly number[],
  matched: number,
  character: string | undefined,
): number {
  let length = matched;
  while (length > 0 && spelling[length] !== character) length = fallbacks[length] ?? 0;
  return spelling[length] === character ? length + 1 : 0;
}

function maskRanges(text: string, ranges: readonly Range[]): string {
  const parts: string[] = [];
  let done = 0;
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (start >= done) parts.push(text.slice(done, start), mask);
    done = Math.max(done, end);
  }
  return parts.join('') + text.slice(done);
}
