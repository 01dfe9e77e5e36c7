import type { Sentence } from '../../contract/sentences.ts';
import { now } from '../shell/clock.ts';
import { formats, texts } from './i18n.ts';
import type { WriteTime } from './sentences.ts';

type Write = (params: Sentence['params'], time: WriteTime) => string;

/** A sentence of the API in the page's language. One that the page does not know yet is shown in English, as it came. */
export function say({ code, params, text }: Sentence): string {
  const known = texts().sentences as unknown as Readonly<Record<string, Write>>;
  const write = Object.hasOwn(known, code) ? known[code] : undefined;
  return write ? write(params, (at) => formats().shortTime(new Date(at), now.value)) : text;
}

/** True if the page has words of its own for it. */
export function maySay({ code }: Sentence): boolean {
  return Object.hasOwn(texts().sentences, code);
}

export function sayAll(sentences: readonly Sentence[]): string {
  return sentences.map(say).join(' ');
}
