import { between, ConfigError, wholeBetween } from "@sluice/core";

/** How tokens are drawn in advance. */
export interface LeaseOptions {
  /**
   * For how long a lease should last at the rate at which this process spends; longer, up to half a second, where that is a small part of
   * what there is, where many buckets are in use, or where the store is slow; up to five seconds where it is a very small part.
   * Unit: milliseconds. Range: 1 to 1000.
   *
   * @defaultValue 50
   */
  readonly aheadMs?: number;
  /**
   * After so long without a decision, what is left goes back; ten times as long where it is a very small part of what there is.
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
  /**
   * Whether tokens are only drawn for buckets that are asked about again within half of `idleMs`, or within a second of a limit that hardly
   * notices: for callers who ask the store where
   * they get no answer at once. Somebody who comes once, or seldom, then costs one question each time, not a lease.
   *
   * @defaultValue `false`; a policy engine's is `true`
   */
  readonly returningOnly?: boolean;
}

/** Complete and checked. */
export type LeaseConfig = Required<LeaseOptions>;

/** @throws ConfigError naming the option that is out of range. */
export function resolveLease(options: LeaseOptions): LeaseConfig {
  return {
    aheadMs: between("lease.aheadMs", options.aheadMs ?? 50, 1, 1000),
    idleMs: between("lease.idleMs", options.idleMs ?? 250, 10, 60_000),
    maxTokens: wholeBetween("lease.maxTokens", options.maxTokens ?? 1e6, 1, 1e9),
    returningOnly: yesOrNo("lease.returningOnly", options.returningOnly ?? false),
  };
}

function yesOrNo(option: string, value: boolean): boolean {
  if (typeof value !== "boolean") throw new ConfigError({ option, accepted: "true or false", value });
  return value;
}
