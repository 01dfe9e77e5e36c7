/** Stands where a confidential value was; also what the API shows instead of one. */
export const mask = '********';

/** Shorter ones are no secrets, and masking each "1" or "Bearer" of a page would only garble it. */
const minConfidentialLength = 4;
const minTokenLength = 8;

/**
 * The start of a response as its owner is shown it: hostile text, in which confidential values are masked that the
 * receiver echoes, plain or as JSON, HTML and URLs write them. A value that is cut off at the end is masked as well.
 */
export function excerptResponse(body: Buffer, confidential: readonly string[]): string {
  const spellings = confidential
    .flatMap((value) => [value, ...value.split(/\s+/).filter((token) => token.length >= minTokenLength)])
    .filter((value) => value.length >= minConfidentialLength)
    .flatMap(spellingsOf)
    .sort((a, b) => b.length - a.length);
  const masked = spellings.reduce((text, spelling) => text.replaceAll(spelling, mask), body.toString());
  return spellings.reduce(maskCutOff, masked);
}

function spellingsOf(value: string): string[] {
  const inJson = JSON.stringify(value).slice(1, -1);
  const inHtml = value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  return [...new Set([value, inJson, inJson.replaceAll('/', '\\/'), inHtml, encodeURIComponent(value)])];
}

/** Masks the beginning of a value where the excerpt ends within it. */
function maskCutOff(text: string, value: string): string {
  for (let length = value.length - 1; length >= minConfidentialLength; length -= 1) {
    if (text.endsWith(value.slice(0, length))) return text.slice(0, -length) + mask;
  }
  return text;
}
