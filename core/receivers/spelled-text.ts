/** A text in which escapes are resolved, with the place that each UTF-16 unit has in the original. */
export interface Reading {
  readonly text: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** How often escapes may be wrapped in others: a URL in JSON in HTML. */
const maxDepth = 3;

/** The named characters of HTML that are printable ASCII, in lower case. */
const entities = new Map(
  `
  excl ! quot " num # dollar $ percnt % amp & apos ' lpar ( rpar ) ast * midast * plus + comma , period . sol / colon :
  semi ; lt < equals = gt > quest ? commat @ lsqb [ lbrack [ bsol \\ rsqb ] rbrack ] hat ^ lowbar _ underbar _ grave \`
  diacriticalgrave \` lcub { lbrace { verbar | vert | verticalline | rcub } rbrace }
  `
    .trim()
    .split(/\s+/)
    .flatMap((name, place, all): [string, string][] =>
      place % 2 === 0 ? [[name, all[place + 1] ?? '']] : [],
    )
    .concat([['nbsp', ' ']]),
);

/**
 * Escapes of printable ASCII characters, which is all that a header value consists of: of URLs, JSON and source code,
 * HTML by number and by name. At last, an escape that is cut off at the end. Every part is bounded or ends where the
 * next cannot begin, so that the time is linear.
 */
const escapes = new RegExp(
  [
    /%(?:u00)?(?<url>[0-9a-f]{2})/,
    // `\u` has four digits and `\U` eight.
    /\\(?:x|(?-i:u00|U000000))(?<code>[0-9a-f]{2})/,
    /\\u\{0{0,4}(?<hex>[0-9a-f]{2})\}/,
    /\\(?<octal>[0-7]{3})/,
    /\\(?<plain>[^0-9a-z])/,
    /&#0{0,9}(?<decimal>[0-9]{2,3})(?![0-9]);?/,
    /&#x0{0,9}(?<hex>[0-9a-f]{2})(?![0-9a-f]);?/,
    /&(?<legacy>amp|lt|gt|quot)(?:;|(?![a-z]{0,20};))/,
    /&(?<name>[a-z]{2,16});/,
    /(?<cut>%(?:[0-9a-f]?|u[0-9a-f]{0,3})|\\(?:[xu]\{?[0-9a-f]{0,7}|[0-7]{1,2})?|&#?[0-9a-z]{0,16})$/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gi',
);

/** False if the only reading of the text is the text itself: every escape begins with one of these. */
export function hasEscapes(text: string): boolean {
  return /[%\\&]/.test(text);
}

/** The text as it is written, and with one layer of escapes after the other resolved, until there are no more. */
export function readingsOf(text: string): Reading[] {
  const places = Array.from({ length: text.length }, (_, place) => place);
  const readings: Reading[] = [{ text, starts: places, ends: places.map((place) => place + 1) }];
  for (let depth = 0; depth < maxDepth; depth += 1) {
    const last = readings.at(-1);
    const next = last && resolve(last);
    if (!next || next.text === last.text) break;
    readings.push(next);
  }
  return readings;
}

function resolve({ text, starts, ends }: Reading): Reading {
  const parts: string[] = [];
  const from: number[] = [];
  const to: number[] = [];
  let done = 0;
  const copyUntil = (end: number) => {
    parts.push(text.slice(done, end));
    for (let place = done; place < end; place += 1) {
      from.push(starts[place] ?? 0);
      to.push(ends[place] ?? 0);
    }
  };
  for (const match of text.matchAll(escapes)) {
    const end = match.index + match[0].length;
    const isCutNumber = end === text.length && /^&#\w+$/.test(match[0]);
    const character = characterOf(match.groups ?? {}) ?? (isCutNumber ? '' : undefined);
    if (character === undefined) continue;
    copyUntil(match.index);
    done = end;
    if (character === '') continue;
    parts.push(character);
    from.push(starts[match.index] ?? 0);
    to.push(ends[done - 1] ?? 0);
  }
  copyUntil(text.length);
  return { text: parts.join(''), starts: from, ends: to };
}

/** Nothing for an escape that is cut off. Undefined for what is no escape of a printable ASCII character. */
function characterOf(groups: Readonly<Record<string, string | undefined>>): string | undefined {
  if (groups['cut'] !== undefined) return '';
  if (groups['plain'] !== undefined) return groups['plain'];
  const name = groups['legacy'] ?? groups['name'];
  if (name !== undefined) return entities.get(name.toLowerCase());
  const code =
    readNumber(groups['url'] ?? groups['code'] ?? groups['hex'], 16) ??
    readNumber(groups['octal'], 8) ??
    readNumber(groups['decimal'], 10);
  return code !== undefined && code >= 0x20 && code <= 0x7e ? String.fromCharCode(code) : undefined;
}

function readNumber(digits: string | undefined, base: number): number | undefined {
  return digits === undefined ? undefined : Number.parseInt(digits, base);
}
