import leven from 'leven';

/** Says what a value has to be and, if it is nearly one of the words, which one was probably meant. */
export function mustBeOneOf(words: readonly string[], given: unknown): string {
  const meant = nearestWord(given, words);
  return `must be one of ${words.join(', ')}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}

/** Fewer characters say too little. */
const minLength = 3;
/** No word of ours is nearly as long, and the time grows with the length. */
const maxLength = 100;

/**
 * The word that was probably meant: with one mistake or two, in another spelling (`TICKET_TAGGED`), or by a part of its
 * name (`tagged`). Undefined if none is near.
 */
export function nearestWord(given: unknown, words: readonly string[]): string | undefined {
  const plain = typeof given === 'string' && given.length <= maxLength ? plainForm(given) : '';
  if (plain.replaceAll('*', '').length < minLength) return undefined;
  const maxMistakes = Math.min(2, Math.floor(plain.length / 3));
  const mistakesFor = (word: string) => leven(plain, plainForm(word));
  const [nearest] = words
    .filter((word) => plainForm(word).includes(plain) || mistakesFor(word) <= maxMistakes)
    .sort((one, other) => mistakesFor(one) - mistakesFor(other));
  return nearest;
}

function plainForm(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9*]/g, '');
}
