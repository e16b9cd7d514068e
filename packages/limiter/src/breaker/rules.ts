import { between, ConfigError, wholeBetween } from "@sluice/core";

/** When a breaker opens and for how long. All processes that share a breaker should have the same. */
export interface BreakerRuleOptions {
  /**
   * Opens when this part of the window's calls failed. Range: above 0, up to 1.
   *
   * @defaultValue 0.5
   */
  readonly failureRate?: number;
  /**
   * Calls in the window below which the rate says nothing. Range: whole numbers 1 to 1e9.
   *
   * @defaultValue 10
   */
  readonly minimumCalls?: number;
  /**
   * How far back the rate looks, in ten slices: between nine tenths and all of it.
   * Unit: milliseconds. Range: 100 to 3600000 (an hour).
   *
   * @defaultValue 10000
   */
  readonly windowMs?: number;
  /**
   * Opens after so many failures without a success between them, the last hour's at most. Range: whole numbers 1 to 100, or
   * `Infinity` to look at the rate alone.
   *
   * @defaultValue 5
   */
  readonly consecutiveFailures?: number;
  /**
   * How long it stays open before calls are let through to see.
   * Unit: milliseconds. Range: 1 to 86400000 (a day).
   *
   * @defaultValue 5000
   */
  readonly openMs?: number;
  /**
   * The open time doubles with every failed probe, up to this. Unit: milliseconds. Range: `openMs` to 86400000 (a day).
   *
   * @defaultValue `openMs`: it does not grow
   */
  readonly maxOpenMs?: number;
  /**
   * After which a probe that was not heard of counts as lost and another may begin. Should be longer than the longest call.
   * Unit: milliseconds. Range: 1 to 3600000 (an hour).
   *
   * @defaultValue 10000
   */
  readonly probeLeaseMs?: number;
  /**
   * Calls let through half-open, at most so many at once in the whole fleet; all have to succeed for it to close, and the first
   * failure opens it again. Range: whole numbers 1 to 100.
   *
   * @defaultValue 1
   */
  readonly probes?: number;
}

/** Complete and checked. */
export type BreakerRules = Required<BreakerRuleOptions>;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** @throws ConfigError naming the first option that is out of range. */
export function resolveRules(options: BreakerRuleOptions): BreakerRules {
  const openMs = between("openMs", options.openMs ?? 5000, 1, DAY_MS);
  return {
    failureRate: between("failureRate", options.failureRate ?? 0.5, Number.MIN_VALUE, 1, "a number above 0, up to 1"),
    minimumCalls: wholeBetween("minimumCalls", options.minimumCalls ?? 10, 1, 1e9),
    windowMs: between("windowMs", options.windowMs ?? 10_000, 100, HOUR_MS),
    consecutiveFailures: rowLength(options.consecutiveFailures ?? 5),
    openMs,
    maxOpenMs: between("maxOpenMs", options.maxOpenMs ?? openMs, openMs, DAY_MS),
    probeLeaseMs: between("probeLeaseMs", options.probeLeaseMs ?? 10_000, 1, HOUR_MS),
    probes: wholeBetween("probes", options.probes ?? 1, 1, 100),
  };
}

function rowLength(value: unknown): number {
  const whole = typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 100;
  if (whole || value === Number.POSITIVE_INFINITY) return value;
  throw new ConfigError({
    option: "consecutiveFailures",
    accepted: "a whole number from 1 to 100, or Infinity",
    value,
  });
}
