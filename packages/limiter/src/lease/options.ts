import { between, wholeBetween } from "@sluice/core";

/** How tokens are drawn in advance. */
export interface LeaseOptions {
  /**
   * For how long a lease should last at the rate at which this process spends.
   * Unit: milliseconds. Range: 1 to 1000.
   *
   * @defaultValue 50
   */
  readonly aheadMs?: number;
  /**
   * After so long without a decision, what is left goes back.
   * Unit: milliseconds. Range: 10 to 60000.
   *
   * @defaultValue 250
   */
  readonly idleMs?: number;
  /**
   * Most tokens held for one bucket; a killed process loses no more than that. Never more than its part of half a full bucket.
   * Unit: tokens. Range: whole numbers 1 to 1e9.
   *
   * @defaultValue 1e6
   */
  readonly maxTokens?: number;
}

/** Complete and checked. */
export type LeaseConfig = Required<LeaseOptions>;

/** @throws ConfigError naming the option that is out of range. */
export function resolveLease(options: LeaseOptions): LeaseConfig {
  return {
    aheadMs: between("lease.aheadMs", options.aheadMs ?? 50, 1, 1000),
    idleMs: between("lease.idleMs", options.idleMs ?? 250, 10, 60_000),
    maxTokens: wholeBetween("lease.maxTokens", options.maxTokens ?? 1e6, 1, 1e9),
  };
}
