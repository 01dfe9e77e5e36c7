/** Figures of repeated windows. */
export interface Summary {
  readonly min: number;
  readonly median: number;
  /** How far the median lies above the minimum, as a share of it: the noise of the machine. */
  readonly noise: number;
  readonly count: number;
}

/** `samples`: at least one. */
export function summarize(samples: readonly number[]): Summary {
  const min = Math.min(...samples);
  const median = percentile(samples, 50);
  return { min, median, noise: min > 0 ? median / min - 1 : 0, count: samples.length };
}

/** The smallest sample that at least `percent` % of all samples do not exceed. */
export function percentile(samples: readonly number[], percent: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const place = Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1);
  const sample = sorted[place];
  if (sample === undefined) throw new Error('there is no sample');
  return sample;
}

/** Something that is measured beside others. */
export interface Contestant {
  readonly name: string;
  /** Works for one window, and returns its figure, such as CPU microseconds for each delivery. */
  runWindow(): Promise<number>;
}

/**
 * Runs one window of each contestant in turn, round after round, so that a slow minute of the machine meets all of them.
 * The first round warms up and does not count.
 */
export async function measureInterleaved(
  contestants: readonly Contestant[],
  rounds: number,
): Promise<ReadonlyMap<string, Summary>> {
  const samples = new Map(contestants.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, runWindow } of contestants) {
      const figure = await runWindow();
      if (round > 0) samples.get(name)?.push(figure);
    }
  }
  return new Map([...samples].map(([name, figures]) => [name, summarize(figures)]));
}
