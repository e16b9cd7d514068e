import { between, ConfigError, nonEmpty, wholeBetween } from "@sluice/core";
import type { LockOptions } from "./lock.js";

/** Complete and checked. */
export interface LockConfig {
  readonly name: string;
  readonly leaseMs: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

export function resolveLock(name: string, { leaseMs, timeoutMs, signal }: LockOptions = {}): LockConfig {
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new ConfigError({ option: "signal", accepted: "an AbortSignal", value: signal });
  return {
    name: nonEmpty("name", name),
    leaseMs: wholeBetween("leaseMs", leaseMs ?? 10_000, 50, 3_600_000),
    timeoutMs: between(
      "timeoutMs",
      timeoutMs ?? 10_000,
      0,
      Number.POSITIVE_INFINITY,
      "a number of milliseconds >= 0, or Infinity",
    ),
    signal,
  };
}
