/** One question, answered by measuring. Add it to the list in `main.ts`. */
export interface Bench {
  /** File-like: `hook-chain`. */
  readonly name: string;
  run(pace: Pace): Promise<readonly BenchTable[]>;
}

/** `quick` shows that everything runs; its figures are too short to be quoted. */
export type Pace = "full" | "quick";

/** A number, a text, or nothing where something could not be measured. */
export type Cell = string | number | undefined;

/** What a bench found. */
export interface BenchTable {
  /** The question, as a heading. */
  readonly title: string;
  /** With the unit in each heading. */
  readonly columns: readonly string[];
  /** As wide as `columns`. */
  readonly rows: readonly (readonly Cell[])[];
  readonly promises?: readonly Promised[];
  /** What a reader has to know of the rows. */
  readonly notes?: readonly string[];
  /** Every single figure behind the rows, for the file. */
  readonly figures?: unknown;
}

/** What was promised, and whether this run kept it; `undefined` when it could not be measured. */
export interface Promised {
  readonly text: string;
  readonly kept: boolean | undefined;
}
