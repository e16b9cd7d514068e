import { anObject, wholeBetween } from "@sluice/core";

/**
 * At most so many at a time. A place is a lease: it comes back when its grant is released, or by itself when the lease ends, so that a
 * killed process keeps nothing for ever.
 */
export interface ConcurrencyLimit {
  readonly kind: "concurrency";
  /** Places. */
  readonly max: number;
  /** How long a place is held at the longest without being renewed. Unit: milliseconds. */
  readonly leaseMs: number;
}

/** Numbers of a concurrency limit. */
export interface ConcurrencyOptions {
  /** Places. Range: whole numbers 1 to 100000. */
  readonly max: number;
  /**
   * Longest time a place is held without `grant.renew()`. Longer than the work takes, or renewed before it ends.
   * Unit: milliseconds. Range: whole numbers 1 to one day.
   *
   * @defaultValue 30000
   */
  readonly leaseMs?: number;
}

/**
 * At most `max` at a time.
 *
 * @throws ConfigError `CONFIG_INVALID` naming the option that is out of range.
 */
export function concurrency(options: ConcurrencyOptions): ConcurrencyLimit {
  anObject("options", options, "{ max, leaseMs? }");
  return Object.freeze({
    kind: "concurrency",
    max: wholeBetween("max", options.max, 1, 100_000),
    leaseMs: wholeBetween("leaseMs", options.leaseMs ?? 30_000, 1, 86_400_000),
  });
}
