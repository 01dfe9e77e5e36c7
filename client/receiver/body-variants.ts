import { isLosslessNumber, parse, stringify } from 'lossless-json';
import { decodeBase64 } from './base64.ts';
import type { Variant } from './variant.ts';

const encoder = new TextEncoder();

/** What the body may have been before a usual mistake, or may become by one. The first is the body as it was given. */
export function bodyVariants(body: string | Uint8Array): Variant<Uint8Array>[] {
  const text = typeof body === 'string' ? body : new TextDecoder('utf-8', { ignoreBOM: true }).decode(body);
  const given = typeof body === 'string' ? encoder.encode(body) : body;
  const variants: Variant<Uint8Array>[] = [
    { value: given },
    ...asText('body-with-bom', text.startsWith('\uFEFF') ? text.slice(1) : `\uFEFF${text}`),
    ...asText('body-trimmed', text.trim(), `${text}\n`, `${text}\r\n`, `${text.trim()}\n`),
    ...asText('body-line-ends', text.replaceAll('\r\n', '\n'), text.replaceAll(/\r?\n/g, '\r\n')),
    ...asBytes('body-wrong-charset', ...recodings(text)),
    ...asText('body-serialized-again', ...serializations(text)),
    ...asText('body-keys-in-another-order', ...reorderings(text)),
    ...asBytes('body-base64', decodeBase64(text.trim())),
    ...asText('body-quoted', ...unquoted(text)),
  ];
  return withoutEqual(variants);
}

function asText(finding: Variant<unknown>['finding'] & string, ...texts: string[]): Variant<Uint8Array>[] {
  return asBytes(finding, ...texts.map((text) => encoder.encode(text)));
}

function asBytes(
  finding: Variant<unknown>['finding'] & string,
  ...values: (Uint8Array | undefined)[]
): Variant<Uint8Array>[] {
  return values.flatMap((value) => (value === undefined ? [] : [{ value, finding }]));
}

/** The text as bytes of the single-byte character sets that it may have been read or written in. */
function recodings(text: string): (Uint8Array | undefined)[] {
  return ['latin1', 'windows-1252'].map((charset) => encodeSingleBytes(text, charset));
}

/** Undefined if the character set lacks one of the text's characters. */
function encodeSingleBytes(text: string, charset: string): Uint8Array | undefined {
  const byteOf = new Map<string, number>();
  // What browsers call latin1 is windows-1252. ISO 8859-1 has the code points themselves.
  const decoder = new TextDecoder('windows-1252');
  for (let byte = 0; byte < 256; byte += 1) {
    const character = charset === 'latin1' ? String.fromCharCode(byte) : decoder.decode(Uint8Array.of(byte));
    byteOf.set(character, byte);
  }
  const bytes = Array.from(text, (character) => byteOf.get(character) ?? -1);
  return bytes.includes(-1) ? undefined : Uint8Array.from(bytes);
}

/** The JSON as JavaScript, Python, PHP and pretty printers write it. Numbers keep their digits. */
function serializations(text: string): string[] {
  const value = parseJson(text);
  if (value === undefined) return [];
  const compact = stringify(value) ?? '';
  const spaced = spaceOut(compact);
  return [
    compact,
    escapeNonAscii(compact),
    compact.replaceAll('/', '\\/'),
    escapeNonAscii(compact).replaceAll('/', '\\/'),
    spaced,
    escapeNonAscii(spaced),
    escapeForHtml(compact),
    ...[2, 4, '\t'].map((indent) => stringify(value, undefined, indent) ?? ''),
    // With numbers as doubles hold them.
    JSON.stringify(JSON.parse(withoutBom(text))),
  ];
}

/** Fields in the order of our callbacks, and in that of the alphabet. */
function reorderings(text: string): string[] {
  const value = parseJson(text);
  if (!isObject(value)) return [];
  const known = ['id', 'type', 'timestamp', 'accountId', 'data'];
  const first = known.filter((name) => name in value);
  const rest = Object.keys(value).filter((name) => !known.includes(name));
  const asSent = Object.fromEntries([...first, ...rest].map((name) => [name, value[name]]));
  return [asSent, sortDeeply(value)].map((ordered) => stringify(ordered) ?? '');
}

function sortDeeply(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortDeeply);
  if (!isObject(value)) return value;
  const sorted = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, field]) => [name, sortDeeply(field)]));
}

/** The text inside a JSON string, or this text as one. */
function unquoted(text: string): string[] {
  const value = parseJson(text);
  return typeof value === 'string' ? [value] : [JSON.stringify(text)];
}

/** Undefined for text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return parse(withoutBom(text));
  } catch {
    return undefined;
  }
}

function withoutBom(text: string): string {
  return text.replace(/^\uFEFF/, '');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value);
}

/** With a blank after each comma and colon outside of strings. */
function spaceOut(compact: string): string {
  return compact.replaceAll(/"(?:[^"\\]|\\.)*"|[,:]/g, (part) =>
    part === ',' || part === ':' ? `${part} ` : part,
  );
}

function escapeNonAscii(json: string): string {
  return json.replaceAll(/[\u0080-\uFFFF]/g, escapeCharacter);
}

function escapeForHtml(json: string): string {
  return json.replaceAll(/[<>&\u2028\u2029]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function withoutEqual(variants: readonly Variant<Uint8Array>[]): Variant<Uint8Array>[] {
  const seen = new Set<string>();
  return variants.filter(({ value }) => {
    const content = new TextDecoder('latin1').decode(value);
    return !seen.has(content) && seen.add(content);
  });
}
