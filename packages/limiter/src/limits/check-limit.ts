import { ConfigError } from "@sluice/core";
import { customLimit } from "../custom/custom-limit.js";
import { concurrency } from "./concurrency.js";
import { leakyBucket } from "./leaky-bucket.js";
import type { Limit } from "./limit.js";
import { tokenBucket } from "./token-bucket.js";
import { fixedWindow, slidingWindow, slidingWindowCounter } from "./windows.js";

/**
 * Checks the numbers of a limit that may have come from anywhere, JSON included.
 *
 * @returns a copy that nobody can change, with the numbers that were left out.
 * @throws ConfigError naming the option that is out of range, or the kind when there is no such algorithm.
 */
export function checkLimit(limit: Limit): Limit {
  const kind: unknown = (limit as { kind?: unknown } | null | undefined)?.kind;
  const make = typeof kind === "string" && Object.hasOwn(makers, kind) ? makers[kind as Limit["kind"]] : undefined;
  if (make === undefined) {
    throw new ConfigError({
      option: "limit",
      accepted:
        "a limit made by tokenBucket(), leakyBucket(), slidingWindow(), fixedWindow(), slidingWindowCounter(), concurrency() or customLimit()",
      value: kind ?? limit,
    });
  }
  return (make as (options: Limit) => Limit)(limit);
}

const makers = {
  tokenBucket,
  leakyBucket,
  slidingWindow,
  fixedWindow,
  slidingWindowCounter,
  concurrency,
  custom: customLimit,
};
