import { between, ConfigError } from "@sluice/core";
import type { AcquireOptions, Observation, ReserveOptions } from "./limiter.js";

const DEFAULT_TIMEOUT_MS = 30_000;
const LONGEST_MS = 86_400_000;

/** How to wait, complete and checked. */
export function resolveAcquire(
  options: AcquireOptions,
): Required<Pick<AcquireOptions, "timeoutMs" | "priority">> & Pick<AcquireOptions, "signal"> {
  checkObject("options", options);
  const { signal } = options;
  if (signal !== undefined && typeof signal?.throwIfAborted !== "function")
    throw new ConfigError({ option: "signal", accepted: "an AbortSignal", value: signal });
  return {
    timeoutMs: between(
      "timeoutMs",
      options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      0,
      Number.POSITIVE_INFINITY,
      "a number of milliseconds >= 0, or Infinity",
    ),
    priority: between("priority", options.priority ?? 0, -1e6, 1e6),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** How far ahead to book, complete and checked. Unit: milliseconds. */
export function resolveReserve(options: ReserveOptions): number {
  checkObject("options", options);
  return between(
    "maxDelayMs",
    options.maxDelayMs ?? Number.POSITIVE_INFINITY,
    0,
    Number.POSITIVE_INFINITY,
    "a number of milliseconds >= 0, or Infinity",
  );
}

/** A provider's word, complete and checked; neither a pause nor what is left lasts more than a day. */
export function resolveObservation(word: Observation): {
  pauseMs: number;
  remaining: number | undefined;
  remainingForMs: number | undefined;
  refused: boolean;
} {
  checkObject("word", word);
  const { retryAfterMs = 0, refused } = word;
  if (refused !== undefined && typeof refused !== "boolean")
    throw new ConfigError({ option: "refused", accepted: "true or false", value: refused });
  const remaining =
    word.remaining === undefined ? undefined : between("remaining", word.remaining, 0, Number.MAX_SAFE_INTEGER);
  const remainingForMs =
    word.remainingForMs === undefined ? undefined : atMostADay("remainingForMs", word.remainingForMs);
  return {
    pauseMs: atMostADay("retryAfterMs", retryAfterMs),
    refused: refused ?? retryAfterMs > 0,
    // Of a window that has ended nothing is known.
    remaining: remainingForMs === 0 ? undefined : remaining,
    remainingForMs: remaining === undefined ? undefined : remainingForMs,
  };
}

function atMostADay(option: string, ms: number): number {
  return Math.min(LONGEST_MS, between(option, ms, 0, Number.POSITIVE_INFINITY, "a number of milliseconds >= 0"));
}

/** For callers whose types are not checked. */
function checkObject(option: string, value: unknown): void {
  if (typeof value !== "object" || value === null) throw new ConfigError({ option, accepted: "an object", value });
}
