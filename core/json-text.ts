/**
 * JSON that every queue takes, or undefined for what cannot be written (a cycle, a BigInt, nested too deep). SQS refuses
 * U+FFFE and U+FFFF, which JSON allows and any customer can type.
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
