/** Replaces a confidential value in an excerpt and in what the API shows. */
export const mask = '********';

/** A shorter value is not a secret. Masking every "1" or "Bearer" would only garble the page. */
const minConfidentialLength = 4;
const minTokenLength = 8;
/** A mask may be longer than the value it hides, and an item of the table holds at most 400 KB. */
const maxExcerptLength = 8_192;

/**
 * The start of a response, as its owner sees it. It is untrusted text. Confidential values that the receiver echoes
 * are masked, whether written plainly or in the spelling of JSON, HTML or URLs. A value that is cut off at the end is
 * masked too.
 */
export function excerptResponse(body: Buffer, confidential: readonly string[]): string {
  const spellings = confidential
    .flatMap((value) => [value, ...tokensOf(value)])
    .filter((value) => value.length >= minConfidentialLength)
    .flatMap(spellingsOf)
    .sort((a, b) => b.length - a.length);
  // Mask the end first. If a part of the value were masked already, its beginning would no longer be recognized.
  const shown = maskCutOff(body.toString(), spellings);
  if (spellings.length === 0) return shown;
  // Mask in one pass. A second pass could match parts of masks and make the text grow.
  const any = new RegExp([...new Set(spellings)].map((spelling) => RegExp.escape(spelling)).join('|'), 'g');
  return shown.replaceAll(any, mask).slice(0, maxExcerptLength);
}

/** The value without its scheme, and the password within Basic credentials. */
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

/** Masks the longest beginning of a value, or a whole value, at the end of the excerpt. */
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
