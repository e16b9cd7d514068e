import { type Clock, systemClock } from "../clock/clock.js";
import { anObject, nonNegative } from "../errors/ranges.js";

/** How many retries an account may make. */
export interface RetryBudgetOptions {
  /**
   * Retries a rested budget allows at once.
   * Range: >= 0.
   *
   * @defaultValue 20
   */
  readonly capacity?: number;
  /**
   * Retries earned by each first attempt.
   * Range: >= 0.
   *
   * @defaultValue 0.1
   */
  readonly ratio?: number;
  /**
   * Retries earned by the mere passing of time, so that a quiet process is not left without.
   * Unit: retries per second. Range: >= 0.
   *
   * @defaultValue 0.5
   */
  readonly refillRate?: number;
  readonly clock?: Clock;
}

/**
 * Bounds retries to a share of the calls, so that an outage does not turn every caller into ten. One per account and process.
 *
 * @see https://finagle.github.io/blog/2016/02/08/retry-budgets/ (idea; read 2026-11)
 */
export interface RetryBudget {
  /** A first attempt is being made. */
  deposit(): void;
  /** Takes one retry, or says that there is none left. */
  trySpend(): boolean;
}

/**
 * Makes a full budget.
 *
 * @throws ConfigError when an option is out of range.
 */
export function createRetryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  anObject("options", options);
  const capacity = nonNegative("capacity", options.capacity ?? 20);
  const ratio = nonNegative("ratio", options.ratio ?? 0.1);
  const refillRate = nonNegative("refillRate", options.refillRate ?? 0.5);
  const clock = options.clock ?? systemClock;
  let left = capacity;
  let seenMs = clock.now();

  const refill = (earned: number): void => {
    const nowMs = clock.now();
    left = Math.min(capacity, left + earned + ((nowMs - seenMs) / 1000) * refillRate);
    seenMs = nowMs;
  };
  return {
    deposit: () => refill(ratio),
    trySpend() {
      refill(0);
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
