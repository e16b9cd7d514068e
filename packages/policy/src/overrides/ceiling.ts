import { between, wholeBetween } from "@sluice/core";
import type { OverrideCeiling } from "./override.js";

const DAY_MS = 86_400_000;

/** The farthest that any ceiling may be; what goes beyond it, whoever wrote it, does not hold. */
export const farthest: Required<OverrideCeiling> = {
  maxDurationMs: 366 * DAY_MS,
  maxUnlimitedMs: 366 * DAY_MS,
  maxLimitFactor: 1000,
  maxLimit: 2e9,
  maxOverrides: 100_000,
};

/** @throws ConfigError naming the option that is out of range. */
export function resolveCeiling(ceiling: OverrideCeiling): Required<OverrideCeiling> {
  return {
    maxDurationMs: between("maxDurationMs", ceiling.maxDurationMs ?? 30 * DAY_MS, 1000, farthest.maxDurationMs),
    maxUnlimitedMs: between("maxUnlimitedMs", ceiling.maxUnlimitedMs ?? DAY_MS, 0, farthest.maxUnlimitedMs),
    maxLimitFactor: between("maxLimitFactor", ceiling.maxLimitFactor ?? 10, 1, farthest.maxLimitFactor),
    maxLimit: wholeBetween("maxLimit", ceiling.maxLimit ?? 1_000_000, 1, farthest.maxLimit),
    maxOverrides: wholeBetween("maxOverrides", ceiling.maxOverrides ?? 10_000, 1, farthest.maxOverrides),
  };
}
