/** One question, answered by measuring. Add it to the list in `main.ts`. */
export interface Bench {
  /** File-like: `hook-chain`. */
  readonly name: string;
  run(): Promise<BenchTable>;
}

/** What a bench found. */
export interface BenchTable {
  /** The question, as a heading. */
  readonly title: string;
  /** With the unit in each heading. */
  readonly columns: readonly string[];
  /** As wide as `columns`; numbers are shown with three digits. */
  readonly rows: readonly (readonly (string | number)[])[];
  /** What was promised, and whether this run kept it. */
  readonly promise?: { readonly text: string; readonly kept: boolean };
}
