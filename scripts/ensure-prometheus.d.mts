/** A program that runs on this machine. */
export interface PrometheusBinary {
  readonly path: string;
  readonly version: string;
}

/** The server and the tool that checks and tests rules. */
export interface PrometheusBinaries {
  readonly prometheus: PrometheusBinary;
  readonly promtool: PrometheusBinary;
}

/**
 * The programs the tests use, each the first of: what `PROMETHEUS` or `PROMTOOL` names, what is in PATH, what was fetched before.
 * Undefined when one is missing; throws when a variable names something that does not run.
 */
export function findPrometheus(
  environment?: Readonly<Record<string, string | undefined>>,
  cache?: string,
): PrometheusBinaries | undefined;

/** The same, fetched if they are missing. Throws with the reason when they cannot be had. */
export function ensurePrometheus(cache?: string): PrometheusBinaries;
