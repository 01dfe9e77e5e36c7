/** Stands where a confidential value was; also what the API shows instead of one. */
export const mask = '********';

/** Shorter ones are no secrets, and masking each "1" or "Bearer" of a page would only garble it. */
const minConfidentialLength = 4;
const minTokenLength = 8;
/** Masks may be longer than what they hide; an item of the table holds no more than 400 KB. */
const maxExcerptLength = 8_192;

/**
 * The start of a response as its owner is shown it: hostile text, in which confidential values are masked that the
 * receiver echoes, plain or as JSON, HTML and URLs write them. A value that is cut off at the end is masked as well.
 */
export function excerptResponse(body: Buffer, confidential: readonly string[]): string {
  const spellings = confidential
    .flatMap((value) => [value, ...tokensOf(value)])
    .filter((value) => value.length >= minConfidentialLength)
    .flatMap(spellingsOf)
    .sort((a, b) => b.length - a.length);
  // The end first: a part that is masked already would hide that the whole began before it.
  const shown = maskCutOff(body.toString(), spellings);
  if (spellings.length === 0) return shown;
  // In one pass: what stands in for one value must not be taken for another, and grow with each.
  const any = new RegExp([...new Set(spellings)].map((spelling) => RegExp.escape(spelling)).join('|'), 'g');
  return shown.replaceAll(any, mask).slice(0, maxExcerptLength);
}

/** What stands in a value after its scheme, and the password that Basic credentials wrap. */
function tokensOf(value: string): string[] {
  const [, basic] = /^Basic +(\S+)$/i.exec(value) ?? [];
  const pair = basic ? Buffer.from(basic, 'base64').toString() : '';
  return [...value.split(/\s+/), pair, pair.slice(pair.indexOf(':') + 1)].filter(
    (token) => token.length >= minTokenLength,
  );
}

function spellingsOf(value: string): string[] {
  const inJson = JSON.stringify(value).slice(1, -1);
  const inHtml = value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  const inUrl = encodeURIComponent(value);
  const inUrlLowerCase = inUrl.replaceAll(/%../g, (escaped) => escaped.toLowerCase());
  return [...new Set([value, inJson, inJson.replaceAll('/', '\\/'), inHtml, inUrl, inUrlLowerCase])];
}

/** Masks the longest beginning of a value, or a whole one, with which the excerpt ends. */
function maskCutOff(text: string, spellings: readonly string[]): string {
  const longest = Math.max(0, ...spellings.map((spelling) => lengthAtEnd(text, spelling)));
  return longest === 0 ? text : text.slice(0, -longest) + mask;
}

function lengthAtEnd(text: string, value: string): number {
  for (let length = value.length; length >= minConfidentialLength; length -= 1) {
    if (text.endsWith(value.slice(0, length))) return length;
  }
  return 0;
}
