import { between, ConfigError } from "@sluice/core";
import type { AcquireOptions, Observation } from "./limiter.js";

const DEFAULT_TIMEOUT_MS = 30_000;
const LONGEST_PAUSE_MS = 86_400_000;

/** How to wait, complete and checked. */
export function resolveAcquire(
  options: AcquireOptions,
): Required<Pick<AcquireOptions, "timeoutMs" | "priority">> & Pick<AcquireOptions, "signal"> {
  return {
    timeoutMs: between(
      "timeoutMs",
      options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      0,
      Number.POSITIVE_INFINITY,
      "a number of milliseconds >= 0, or Infinity",
    ),
    priority: between("priority", options.priority ?? 0, -1e6, 1e6),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
}

/** A provider's word, complete and checked; a pause lasts a day at most. */
export function resolveObservation({ retryAfterMs = 0, remaining, refused }: Observation): {
  pauseMs: number;
  remaining: number | undefined;
  refused: boolean;
} {
  if (refused !== undefined && typeof refused !== "boolean")
    throw new ConfigError({ option: "refused", accepted: "true or false", value: refused });
  return {
    pauseMs: Math.min(
      LONGEST_PAUSE_MS,
      between("retryAfterMs", retryAfterMs, 0, Number.POSITIVE_INFINITY, "a number of milliseconds >= 0"),
    ),
    refused: refused ?? retryAfterMs > 0,
    remaining: remaining === undefined ? undefined : between("remaining", remaining, 0, Number.MAX_SAFE_INTEGER),
  };
}
