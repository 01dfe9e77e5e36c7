/** A piece of JSON text with what it is. Together the pieces are the text, character by character. */
export interface JsonToken {
  readonly kind: 'key' | 'string' | 'number' | 'word' | 'plain';
  readonly text: string;
}

const pattern = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** Longer texts are shown plain: a page of coloured pieces would cost more than it helps. */
const maxLength = 64 * 1_024;

/** The pieces of a text that may or may not be JSON: nothing is hidden, whatever it is. */
export function tokenizeJson(text: string): JsonToken[] {
  if (text.length > maxLength) return [{ kind: 'plain', text }];
  const tokens: JsonToken[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) tokens.push({ kind: 'plain', text: text.slice(end, match.index) });
    const [all, quoted, colon, number] = match;
    if (quoted !== undefined) {
      tokens.push({ kind: colon === undefined ? 'string' : 'key', text: quoted });
      if (colon !== undefined) tokens.push({ kind: 'plain', text: colon });
    } else tokens.push({ kind: number === undefined ? 'word' : 'number', text: all });
    end = match.index + all.length;
  }
  if (end < text.length) tokens.push({ kind: 'plain', text: text.slice(end) });
  return tokens;
}

/** JSON with line ends and indents; any other text as it is. */
export function prettyJson(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? JSON.stringify(value, null, 2) : text;
  } catch {
    return text;
  }
}

/** True if the text is a JSON object or list, so that it is worth colours. */
export function isJson(text: string): boolean {
  return /^\s*[[{]/.test(text);
}
