import { relative } from 'node:path';
import { styleText } from 'node:util';
import type { AggregatedResult, Reporter, Test, TestResult } from '@jest/reporters';

/** How long nothing may be said before it is told what the tests are at. */
const silenceMs = 15_000;
const slowestCount = 10;

/** One line a suite: how many of how many, whether it passed, and what took long. */
export default class ProgressReporter implements Reporter {
  readonly #rootDir: string;
  readonly #running = new Map<string, number>();
  readonly #durations: { path: string; ms: number }[] = [];
  #ended = 0;
  #silence: NodeJS.Timeout | undefined;

  constructor({ rootDir }: { readonly rootDir: string }) {
    this.#rootDir = rootDir;
  }

  onRunStart({ numTotalTestSuites }: AggregatedResult): void {
    say(numTotalTestSuites === 1 ? '1 suite' : `${numTotalTestSuites} suites`);
    this.#waitForWord();
  }

  onTestFileStart({ path }: Test): void {
    this.#running.set(path, Date.now());
  }

  onTestFileResult({ path }: Test, result: TestResult, { numTotalTestSuites }: AggregatedResult): void {
    const ms = Date.now() - (this.#running.get(path) ?? Date.now());
    this.#running.delete(path);
    this.#durations.push({ path, ms });
    this.#ended += 1;
    const count = `${String(this.#ended).padStart(String(numTotalTestSuites).length)}/${numTotalTestSuites}`;
    const { numPassingTests, numFailingTests, numPendingTests, failureMessage } = result;
    const counts = [
      `${numPassingTests} passed`,
      ...(numFailingTests > 0 ? [`${numFailingTests} failed`] : []),
      ...(numPendingTests > 0 ? [`${numPendingTests} skipped`] : []),
    ].join(', ');
    const isGood = numFailingTests === 0 && !result.testExecError;
    const verdict = isGood ? styleText('green', 'ok    ') : styleText('red', 'FAILED');
    say(`${count}  ${verdict}  ${this.#nameOf(path)}  ${styleText('dim', `${counts}, ${seconds(ms)}`)}`);
    if (failureMessage) say(failureMessage);
    this.#waitForWord();
  }

  onRunComplete(): void {
    clearTimeout(this.#silence);
    const slowest = this.#durations.toSorted((a, b) => b.ms - a.ms).slice(0, slowestCount);
    if (slowest.length < slowestCount) return;
    say(
      '',
      'The slowest:',
      ...slowest.map(({ path, ms }) => `${seconds(ms).padStart(8)}  ${this.#nameOf(path)}`),
    );
  }

  #waitForWord(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      const running = [...this.#running].map(
        ([path, startedAt]) => `${this.#nameOf(path)} (${seconds(Date.now() - startedAt)})`,
      );
      say(styleText('dim', `still running: ${running.join(', ')}`));
      this.#waitForWord();
    }, silenceMs).unref();
  }

  #nameOf(path: string): string {
    return relative(this.#rootDir, path);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

/** Like all that jest says of a run, on the error stream: `--json` writes to the other one. */
function say(...lines: string[]): void {
  process.stderr.write(`${lines.join('\n')}\n`);
}
