/**
 * Writes JSON that every queue accepts. SQS refuses U+FFFE and U+FFFF, which JSON allows and any customer can type,
 * so these are escaped. Returns undefined for a value that JSON cannot hold (a cycle, a BigInt, nesting that is too
 * deep).
 */
export function toJsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)?.replaceAll(/[\uFFFE\uFFFF]/g, (character) =>
      character === '\uFFFE' ? '\\ufffe' : '\\uffff',
    );
  } catch {
    return undefined;
  }
}

/** The path of a number that is none or infinite, for which JSON holds null; undefined if there is none. */
export function findLostNumber(value: unknown, path: string): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : path;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, part] of Object.entries(value)) {
    const found = findLostNumber(part, `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A number in JSON as it was written. `JSON.stringify` writes it unchanged. */
export interface NumberText {
  readonly rawJSON: string;
}

/** `JSON.rawJSON` is part of ECMAScript 2026, which the compiler's library does not describe yet. Node has it from 21. */
const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON(text: string): NumberText;
  isRawJSON(value: unknown): value is NumberText;
};

export { isRawJSON as isNumberText, rawJSON as toNumberText };

/**
 * Parses JSON and keeps every number as it was written: a double has 15 digits, and a rounded identifier identifies
 * somebody else. Throws for text that is not JSON, and for nesting that is too deep.
 */
export function parseKeepingNumbers(text: string): unknown {
  return JSON.parse(text, (_name, value: unknown, context?: { readonly source?: string }) =>
    typeof value === 'number' && context?.source !== undefined ? rawJSON(context.source) : value,
  );
}

/** Undefined for a text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
