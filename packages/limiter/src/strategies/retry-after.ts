import { anObject, nonNegative, sleep, wholeBetween } from "@sluice/core";
import { askNow, refusalError } from "./ask.js";
import type { Strategy } from "./strategy.js";

/** How patient a caller is who comes back. */
export interface RetryAfterOptions {
  /** How often to come back. Range: whole numbers 0 to 100. @defaultValue 3 */
  readonly retries?: number;
  /** Longest time to stay away; a refusal for longer is final. Unit: milliseconds. Range: >= 0. @defaultValue 10000 */
  readonly maxRetryAfterMs?: number;
}

/**
 * Goes away and comes back after the time that was told, keeping no place in any queue: for callers whose order does not matter.
 * Within the deadline, or it does not even go away.
 *
 * @throws ConfigError when an option is out of range.
 */
export function retryAfter(options: RetryAfterOptions = {}): Strategy {
  anObject("options", options);
  const retries = wholeBetween("retries", options.retries ?? 3, 0, 100);
  const longestMs = nonNegative("maxRetryAfterMs", options.maxRetryAfterMs ?? 10_000);
  return {
    name: "retry-after",
    async admit(admission) {
      const { clock, signal, timeoutMs } = admission;
      const deadlineMs = clock.now() + timeoutMs;
      for (let tries = 0; ; tries += 1) {
        const answer = await askNow(admission);
        if ("grant" in answer) return { kind: "go", grant: answer.grant };
        const againMs = answer.retryAfterMs;
        if (tries >= retries) throw refusalError(answer, `refused ${tries + 1} times`);
        if (againMs > longestMs || clock.now() + againMs > deadlineMs)
          throw refusalError(answer, "too long to come back");
        await sleep(againMs, signal, clock);
      }
    },
  };
}
