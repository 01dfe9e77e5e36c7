import type { SentenceCode, SentenceParams } from '../../contract/sentences.ts';

/** How a time of the API is written in the page. */
export type WriteTime = (at: string) => string;

/** The API's sentences in one language. A language in which one is missing does not compile. */
export type Sentences = {
  readonly [Code in SentenceCode]: (params: SentenceParams<Code>, time: WriteTime) => string;
};

/** Those of the receiver drill alone. */
export type DrillSentences = Pick<Sentences, Extract<SentenceCode, `drill.${string}`>>;
