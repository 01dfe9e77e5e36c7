/** A line for the terminal, and the word by which it is counted if it is not shown. */
export interface CountedLine {
  readonly kind: string;
  readonly text: string;
}

export interface LineLimitOptions {
  readonly maxLines: number;
  readonly windowMs: number;
  readonly print: (text: string) => void;
  /** Calls back after so many milliseconds. */
  readonly after: (delayMs: number, callBack: () => void) => void;
}

/**
 * Prints at most `maxLines` lines in a window of time. What comes in addition is counted, and one line says so when the window
 * ends.
 */
export function createLineLimit({ maxLines, windowMs, print, after }: LineLimitOptions) {
  let printed = 0;
  let unprinted = new Map<string, number>();

  return function show({ kind, text }: CountedLine): void {
    if (printed === 0) after(windowMs, endWindow);
    printed += 1;
    if (printed <= maxLines) print(text);
    else unprinted.set(kind, (unprinted.get(kind) ?? 0) + 1);
  };

  function endWindow(): void {
    const total = [...unprinted.values()].reduce((sum, count) => sum + count, 0);
    const kinds = [...unprinted].map(([kind, count]) => `${format(count)} ${kind}`).join(', ');
    if (total > 0) print(`+ ${format(total)} more within ${windowMs / 1_000} s: ${kinds}`);
    printed = 0;
    unprinted = new Map();
  }
}

function format(count: number): string {
  return count.toLocaleString('en-US');
}
