import type { Sentence } from '../../contract/sentences.ts';
import { now } from '../shell/clock.ts';
import type { Catalog } from './catalog.ts';
import { formats, texts } from './i18n.ts';
import type { WriteTime } from './sentences.ts';

type Write = (params: Sentence['params'], time: WriteTime) => string;

/** A sentence of the API in the page's language. One that the page does not know yet is shown in English, as it came. */
export function say(sentence: Sentence): string {
  return sayIn(texts(), sentence, writeTime) ?? sentence.text;
}

export function sayAll(sentences: readonly Sentence[]): string {
  return sentences.map(say).join(' ');
}

/** Undefined if the language has no words of its own for the sentence. */
export function sayIn(
  { sentences }: Pick<Catalog, 'sentences'>,
  { code, params }: Pick<Sentence, 'code' | 'params'>,
  time: WriteTime,
): string | undefined {
  const known = sentences as unknown as Readonly<Record<string, Write>>;
  return Object.hasOwn(known, code) ? known[code]?.(params, time) : undefined;
}

/** To the minute. */
export function writeTime(at: string): string {
  return formats().shortTime(new Date(at), now.value);
}
