import { hasEscapes, readingsOf } from './spelled-text.ts';

/** A shorter value is not a secret. Masking every "1" or "Bearer" would only garble the page. */
export const minConfidentialLength = 4;
const minTokenLength = 8;
/** A number of fewer digits is a version, a port or a year. */
const minDigits = 6;

/**
 * Values that many headers have and many answers contain, and that therefore keep no secret. Our own body's keys are
 * among them, because receivers echo it.
 */
const commonWords = new Set(
  `
  true false null none undefined yes enabled disabled active inactive default auto main master latest stable beta alpha
  production prod staging stage development develop test testing tests sandbox live demo local internal external public
  private bearer basic digest token apikey secret password authorization content accept type types application json text
  plain html xml form data multipart utf close keep alive gzip identity deflate cache store charset
  challenge webhook webhooks verify verified verification callback callbacks event events hook hooks subscription account
  accountid timestamp message messages status state code error errors warning info debug success
  successful failed failure invalid unknown missing required received accepted created updated deleted resolved reopened
  tagged ticket tickets customer customers contact contacts user users admin client server service services gateway proxy
  http https post request response header headers body version time date host path query origin
  english german portuguese spanish french brazil europe america iomnihub zapier make hubspot salesforce pipedrive slack
  `
    .trim()
    .split(/\s+/),
);

/**
 * What must not be shown of these header values: each whole, and without its scheme; the pair and the password within
 * Basic credentials; each as base64, too. Without what is too short or too common to be a secret.
 */
export function confidentialSpellings(values: readonly string[]): string[] {
  const spellings = values
    .flatMap((value) => [value, ...tokensOf(value)])
    .filter((value) => !isCommon(value))
    .flatMap((value) => [value, ...base64Of(value)])
    // What stands in an answer is compared with its escapes resolved, so those of the value are resolved as well.
    .flatMap((value) => (hasEscapes(value) ? readingsOf(value).map(({ text }) => text) : [value]));
  return [...new Set(spellings)].filter(({ length }) => length >= minConfidentialLength);
}

function isCommon(value: string): boolean {
  if (/^\d+$/.test(value)) return value.length < minDigits;
  const words = value.match(/[A-Za-z0-9]+/g) ?? [];
  return words.length > 0 && words.every((word) => isWord(word) && commonWords.has(word.toLowerCase()));
}

/** Not for `pAsSwOrD`, which nobody writes but as a secret. */
function isWord(text: string): boolean {
  return /^(?:[A-Z]?[a-z0-9]+|[A-Z0-9]+)$/.test(text);
}

/** The value without its scheme, and the password within Basic credentials. */
function tokensOf(value: string): string[] {
  const [, basic] = /^Basic +(\S+)$/i.exec(value) ?? [];
  const pair = basic ? Buffer.from(basic, 'base64').toString() : '';
  return [...value.split(/\s+/), pair, pair.slice(pair.indexOf(':') + 1)].filter(
    (token) => token.length >= minTokenLength,
  );
}

function base64Of(value: string): string[] {
  return (['base64', 'base64url'] as const).flatMap((alphabet) => {
    const alone = Buffer.from(value).toString(alphabet).replace(/=+$/, '');
    // Before more text, the last character would be another one.
    return [alone, alone.slice(0, Math.floor((value.length * 4) / 3))];
  });
}
