/** What one part of the bench measures, and how it says it. */

export interface BenchOptions {
  /** Fewer and shorter windows: enough to tell a gross change, not to publish. */
  readonly short: boolean;
  /** Says on the terminal what is going on. */
  readonly progress: (text: string) => void;
}

export interface Section {
  /** As `--section` takes it. */
  readonly name: string;
  readonly title: string;
  run(options: BenchOptions): Promise<SectionResult>;
}

export interface SectionResult {
  readonly tables: readonly Table[];
  readonly goals: readonly Goal[];
  /** Sentences below the tables: what was skipped, and what a reader has to know. */
  readonly notes: readonly string[];
  /** For docs/performance.md. */
  readonly plots?: readonly Plot[];
  readonly timelines?: readonly Timeline[];
}

/** Horizontal bars in groups, drawn into `docs/performance/<name>-light.svg` and `<name>-dark.svg`. */
export interface Plot {
  readonly name: string;
  readonly title: string;
  /** The unit, and which direction is better. */
  readonly subtitle: string;
  readonly bars: readonly Bar[];
}

export interface Bar {
  readonly group: string;
  readonly label: string;
  readonly value: number;
  /** Ours stand out. */
  readonly isOurs: boolean;
}

/** Rates over time, one panel below the other with the same axes, drawn into the same kinds of files. */
export interface Timeline {
  readonly name: string;
  readonly title: string;
  readonly subtitle: string;
  readonly panels: readonly Panel[];
  /** A part of the time that is shaded, in seconds. */
  readonly span: { readonly label: string; readonly from: number; readonly to: number };
}

export interface Panel {
  readonly label: string;
  /** For each second from 0 on. */
  readonly perSecond: readonly number[];
  /** Ours stand out. */
  readonly isOurs: boolean;
}

/** What a section measured at one time on one machine. docs/performance/measurements.json has one for each section. */
export interface Measurement extends SectionResult {
  readonly title: string;
  /** ISO 8601. */
  readonly measuredAt: string;
  readonly machine: Machine;
  readonly short: boolean;
}

export interface Machine {
  /** The version of Node.js. */
  readonly node: string;
  readonly processors: number;
  readonly model: string;
}

export interface Table {
  readonly title: string;
  /** Of the columns, with the unit where there is one. */
  readonly heads: readonly string[];
  /** Numbers are rounded for people. In the JSON they stand in full. */
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A figure of this run that may not exceed another. Times are never a goal: only ratios, counts, bytes and money. */
export interface Goal {
  /** A sentence without a full stop, such as `CPU of the deliverer, as a multiple of the floor`. */
  readonly name: string;
  readonly value: number;
  readonly atMost: number;
  /** `--check` fails above this. It leaves a wide margin for a busy machine. */
  readonly failsAbove: number;
}
