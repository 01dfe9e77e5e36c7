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

/** A string, a mark or a word. What none of them covers is a blank. */
const piecePattern = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},:]|[^\s[\]{},:"]+/g;

/** Deeper levels are indented no further: the indents of a deep nesting would be longer than all else. */
const deepestIndent = 16;

/**
 * JSON with line ends and indents; any other text as it is. Only blanks change: a parser would round large numbers and
 * leave out all but the last of equal names.
 */
export function prettyJson(text: string): string {
  if (!isJson(text) || !isParsed(text)) return text;
  const pieces = text.match(piecePattern) ?? [];
  let depth = 0;
  const lineEnd = () => `\n${'  '.repeat(Math.min(depth, deepestIndent))}`;
  return pieces
    .map((piece, index) => {
      if (piece === ':') return ': ';
      if (piece === ',') return piece + lineEnd();
      if (isOpening(piece)) {
        depth += 1;
        return isClosing(pieces[index + 1]) ? piece : piece + lineEnd();
      }
      if (!isClosing(piece)) return piece;
      depth -= 1;
      return isOpening(pieces[index - 1]) ? piece : lineEnd() + piece;
    })
    .join('');
}

const isOpening = (piece: string | undefined) => piece === '{' || piece === '[';
const isClosing = (piece: string | undefined) => piece === '}' || piece === ']';

function isParsed(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** True if the text is a JSON object or list, so that it is worth colours. */
export function isJson(text: string): boolean {
  return /^\s*[[{]/.test(text);
}
