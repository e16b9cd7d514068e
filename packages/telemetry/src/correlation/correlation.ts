import { AsyncLocalStorage } from "node:async_hooks";
import { nonEmpty } from "@sluice/core";

const storage = new AsyncLocalStorage<string>();
const LONGEST = 128;

/**
 * Runs `fn`; spans and log lines of everything inside, however deep, carry the id. The inner of two wins.
 *
 * @param id - what ties the work together: a request id, a job's name. Never a secret. Range: 1 to 128 characters.
 * @throws ConfigError when the id is none.
 */
export function withCorrelation<Result>(id: string, fn: () => Result): Result {
  return storage.run(nonEmpty("id", id, LONGEST), fn);
}

/** The id around the code that asks; undefined outside of `withCorrelation`. */
export function correlationId(): string | undefined {
  return storage.getStore();
}
