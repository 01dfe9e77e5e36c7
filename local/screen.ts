import { styleText } from 'node:util';

/** What the run prints. Colours and a spinner are for terminals only, and NO_COLOR turns the colours off. */
export interface Screen {
  say(...lines: readonly string[]): void;
  /** Shows that something is being done, and says in one line how it ended and how long it took. */
  step<T>(doing: string, act: () => Promise<T>, done: (result: T) => string): Promise<T>;
  style(format: Parameters<typeof styleText>[0], text: string): string;
}

export interface ScreenStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 80;
/** The times of the steps stand below each other. */
const doneWidth = 64;
const eraseLine = '\r\u001B[2K';

export function createScreen(stream: ScreenStream): Screen {
  const say = (...lines: readonly string[]) => {
    for (const line of lines) stream.write(`${line}\n`);
  };
  const style: Screen['style'] = (format, text) => styleText(format, text, { stream });

  return {
    say,
    style,
    async step(doing, act, done) {
      const startedAt = performance.now();
      const stop = stream.isTTY ? spin(doing, startedAt) : () => undefined;
      const result = await act().finally(stop);
      const time = `${secondsSince(startedAt).toFixed(1)} s`;
      say(`  ${style('green', '✓')} ${done(result).padEnd(doneWidth)} ${style('dim', time.padStart(6))}`);
      return result;
    },
  };

  /** Seconds are counted too: a spinner alone may turn for ever. */
  function spin(doing: string, startedAt: number): () => void {
    let frame = 0;
    const draw = () => {
      const sign = frames[frame % frames.length] ?? '';
      frame += 1;
      stream.write(
        `${eraseLine}  ${style('cyan', sign)} ${doing} … ${Math.floor(secondsSince(startedAt))} s`,
      );
    };
    draw();
    const timer = setInterval(draw, frameMs);
    return () => {
      clearInterval(timer);
      stream.write(eraseLine);
    };
  }
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1_000;
}
