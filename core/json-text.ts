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
