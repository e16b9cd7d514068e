import { between, type Clock, ConfigError, systemClock, wholeBetween } from "@sluice/core";
import type { Lock } from "../lock/lock.js";
import type { Store } from "../store/store.js";
import { createPauses, type Pauses } from "./pauses.js";
import type { CustomStates } from "./states.js";

/** What custom limits need besides a store. */
export interface CustomLimitsOptions {
  /** Keeps the processes of a scope from deciding at the same time: `redisLock()` beside `redisStore()`. Stays yours to close. */
  readonly lock: Lock;
  /** Where the states are: `redisStates()` beside `redisStore()`. Stays yours to close. */
  readonly states: CustomStates;
  /**
   * Longest wait for the lock before a question fails with `LOCK_UNAVAILABLE`.
   * Unit: milliseconds. Range: >= 0.
   *
   * @defaultValue 2000
   */
  readonly lockTimeoutMs?: number;
  /**
   * How long a process that died holds up the others of its scope.
   * Unit: milliseconds. Range: whole numbers 50 to 3600000.
   *
   * @defaultValue 5000
   */
  readonly leaseMs?: number;
  /**
   * For how long a state is kept when nobody uses its bucket; make it longer than any algorithm looks back.
   * Unit: milliseconds. Range: whole numbers 60000 (a minute) to 31 days.
   *
   * @defaultValue 86400000 (a day)
   */
  readonly stateTtlMs?: number;
  readonly clock?: Clock;
}

/** Complete and checked. */
export interface Surroundings {
  readonly inner: Store;
  readonly lock: Lock;
  readonly states: CustomStates;
  readonly pauses: Pauses;
  readonly lockTimeoutMs: number;
  readonly leaseMs: number;
  readonly stateTtlMs: number;
}

export function resolveCustomLimits(inner: Store, options: CustomLimitsOptions): Surroundings {
  const { lock, states, clock = systemClock } = options;
  if (typeof inner?.take !== "function")
    throw new ConfigError({ option: "inner", accepted: "memoryStore() or redisStore()", value: inner });
  if (typeof lock?.acquire !== "function")
    throw new ConfigError({ option: "lock", accepted: "memoryLock() or redisLock()", value: lock });
  if (typeof states?.load !== "function")
    throw new ConfigError({ option: "states", accepted: "memoryStates() or redisStates()", value: states });
  return {
    inner,
    lock,
    states,
    pauses: createPauses(clock),
    lockTimeoutMs: between("lockTimeoutMs", options.lockTimeoutMs ?? 2000, 0, Number.MAX_SAFE_INTEGER),
    leaseMs: wholeBetween("leaseMs", options.leaseMs ?? 5000, 50, 3_600_000),
    stateTtlMs: wholeBetween("stateTtlMs", options.stateTtlMs ?? 86_400_000, 60_000, 31 * 86_400_000),
  };
}
