import {
  anObject,
  between,
  type Clock,
  isSluiceError,
  positive,
  SluiceError,
  systemClock,
  wholeBetween,
} from "@sluice/core";

/** How long what failed is left alone. */
export interface FailureBackoffOptions {
  /** After the first failure. Unit: milliseconds. Range: > 0. @defaultValue 1000 */
  readonly baseMs?: number;
  /** At the longest. Unit: milliseconds. Range: >= `baseMs`. @defaultValue 60000 */
  readonly maxMs?: number;
  /** By how much each failure in a row lengthens it. Range: 1 to 10. @defaultValue 2 */
  readonly factor?: number;
  /** Keys remembered; beyond that, the one that failed longest ago is forgotten. Range: whole numbers 1 to 1e6. @defaultValue 10000 */
  readonly maxKeys?: number;
  readonly clock?: Clock;
}

/** The same work failed a short while ago. Code `BACKING_OFF`. */
export class BackingOffError extends SluiceError<"BACKING_OFF"> {
  /** What is left of the period. Unit: milliseconds. */
  readonly retryAfterMs: number;
  /** Failures in a row. */
  readonly failures: number;

  constructor(key: string, retryAfterMs: number, failures: number) {
    super(
      "BACKING_OFF",
      `${key.slice(0, 200)} failed ${failures} times in a row; retry after ${Math.ceil(retryAfterMs)} ms`,
    );
    this.retryAfterMs = retryAfterMs;
    this.failures = failures;
  }
}

/** Keeps from trying again what has just failed. */
export interface FailureBackoff {
  /**
   * Runs the task unless it failed a short while ago under this key. Failing starts or lengthens the period, success ends it; an
   * aborted task, and a limiter's refusal, say nothing.
   *
   * @throws BackingOffError within the period.
   */
  run<Result>(
    key: string,
    task: () => Result | Promise<Result>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Result>;
  /** @throws BackingOffError within the period. */
  check(key: string): void;
  /**
   * @param retryAfterMs - the period, when the failure came with one. Range: >= 0.
   * @throws ConfigError when it is out of range.
   */
  failed(key: string, retryAfterMs?: number): void;
  succeeded(key: string): void;
  /** Forgets one key, or all. */
  clear(key?: string): void;
}

interface Trouble {
  readonly failures: number;
  readonly untilMs: number;
}

/** @throws ConfigError when an option is out of range. */
export function createFailureBackoff(options: FailureBackoffOptions = {}): FailureBackoff {
  anObject("options", options);
  const clock = options.clock ?? systemClock;
  const baseMs = positive("baseMs", options.baseMs ?? 1000);
  const maxMs = between("maxMs", options.maxMs ?? Math.max(baseMs, 60_000), baseMs, Number.MAX_SAFE_INTEGER);
  const factor = between("factor", options.factor ?? 2, 1, 10);
  const maxKeys = wholeBetween("maxKeys", options.maxKeys ?? 10_000, 1, 1e6);
  const troubles = new Map<string, Trouble>();

  const check = (key: string): void => {
    const trouble = troubles.get(key);
    const leftMs = (trouble?.untilMs ?? 0) - clock.now();
    if (trouble !== undefined && leftMs > 0) throw new BackingOffError(key, leftMs, trouble.failures);
  };
  const failed = (key: string, retryAfterMs?: number): void => {
    const failures = (troubles.get(key)?.failures ?? 0) + 1;
    const periodMs =
      retryAfterMs === undefined
        ? baseMs * factor ** (failures - 1)
        : between("retryAfterMs", retryAfterMs, 0, Number.POSITIVE_INFINITY, "a number of milliseconds >= 0");
    // Last in the map is who failed last.
    troubles.delete(key);
    troubles.set(key, { failures, untilMs: clock.now() + Math.min(maxMs, periodMs) });
    for (const oldest of troubles.keys()) {
      if (troubles.size <= maxKeys) break;
      troubles.delete(oldest);
    }
  };
  const succeeded = (key: string): void => void troubles.delete(key);
  return {
    check,
    failed,
    succeeded,
    clear: (key) => (key === undefined ? troubles.clear() : succeeded(key)),
    async run(key, task, { signal } = {}) {
      check(key);
      try {
        const result = await task();
        succeeded(key);
        return result;
      } catch (error) {
        const says = signal?.aborted !== true && !(isSluiceError(error) && ownRefusals.has(error.code));
        if (says) failed(key);
        throw error;
      }
    },
  };
}

/** Refusals of our own: nothing was tried. */
const ownRefusals: ReadonlySet<string> = new Set([
  "LIMIT_EXCEEDED",
  "QUEUE_FULL",
  "CIRCUIT_OPEN",
  "BACKING_OFF",
  "PROCESS_OVERLOADED",
  "CONFIG_INVALID",
  "LIMITER_CLOSED",
]);
