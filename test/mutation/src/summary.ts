/** What became of one mutant, as Stryker says it. */
export interface Mutant {
  readonly status: string;
}

/** What became of the mutants of one file. */
export interface FileResult {
  /** A test failed. */
  readonly killed: number;
  /** A test never ended: noticed as well. */
  readonly timedOut: number;
  /** Every test that runs the place passed. */
  readonly survived: number;
  /** No test runs the place. */
  readonly notCovered: number;
  /** Left out: see the page. */
  readonly ignored: number;
  /** Which tests ran: those of the package, or only those in the folder of the file. */
  readonly tests: "all" | "beside";
  /** The day of the run, in UTC. */
  readonly day: string;
  /** The commit; `-dirty` when there was more in the working tree. */
  readonly version: string;
  /** The beginning of the SHA-256 of the source that was mutated. */
  readonly source: string;
}

/** The last result of every file, by package and path below `src`; a full run may be made of parts. */
export type Summary = Readonly<Record<string, Readonly<Record<string, FileResult>>>>;

/** What may be added up. */
export type Counts = Pick<FileResult, "killed" | "timedOut" | "survived" | "notCovered" | "ignored">;

/** Least share of mutants that the tests of a package must notice. Unit: per cent. */
export const LEAST_SCORE = 85;

/** Counts the mutants of one file; `undefined` for a file that has none, such as one of types. */
export function countMutants(mutants: readonly Mutant[]): Counts | undefined {
  if (mutants.length === 0) return undefined;
  const of = (...statuses: string[]): number => mutants.filter(({ status }) => statuses.includes(status)).length;
  return {
    killed: of("Killed"),
    timedOut: of("Timeout"),
    survived: of("Survived"),
    notCovered: of("NoCoverage"),
    // A mutant that cannot even be loaded says nothing about the tests.
    ignored: of("Ignored", "CompileError", "RuntimeError"),
  };
}

/** Mutants that count: all but those left out. */
export function counted({ killed, timedOut, survived, notCovered }: Counts): number {
  return killed + timedOut + survived + notCovered;
}

/** Noticed mutants of those that count, `undefined` where there are none. Unit: per cent. */
export function score(counts: Counts): number | undefined {
  const all = counted(counts);
  return all === 0 ? undefined : (100 * (counts.killed + counts.timedOut)) / all;
}

/** All files of a package together. */
export function total(files: Readonly<Record<string, FileResult>>): Counts {
  const sum = (count: keyof Counts): number => Object.values(files).reduce((before, file) => before + file[count], 0);
  return {
    killed: sum("killed"),
    timedOut: sum("timedOut"),
    survived: sum("survived"),
    notCovered: sum("notCovered"),
    ignored: sum("ignored"),
  };
}

/** The summary with the results of a part in place of older ones, in order; files that are gone are left out. */
export function withPart(
  summary: Summary,
  name: string,
  results: Readonly<Record<string, FileResult>>,
  exists: (file: string) => boolean,
): Summary {
  const files = Object.entries({ ...summary[name], ...results }).filter(([file]) => exists(file));
  const merged = { ...summary, [name]: Object.fromEntries(files.toSorted(byName)) };
  return Object.fromEntries(Object.entries(merged).toSorted(byName));
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
