import type { RedisClient } from "../connection/client.js";

/** The store of the breakers went, or came back. One event each time, never one per call. */
export type BreakerStoreEvent =
  | { readonly type: "breaker-store-down"; readonly reason: string; readonly message: string }
  | { readonly type: "breaker-store-up"; readonly downMs: number; readonly message: string };

/** Settings of a breaker store in Redis. Exactly one of `url` and `client`. */
export interface RedisBreakerStoreOptions {
  /** `redis://` or `rediss://`, with user, password and database where needed. Connects on first use. */
  readonly url?: string;
  /** A client of ioredis that you own; it is never closed. */
  readonly client?: RedisClient;
  /**
   * Longest wait for one answer.
   * Unit: milliseconds. Range: > 0.
   *
   * @defaultValue 500
   */
  readonly commandTimeoutMs?: number;
  /** Begins every key. Range: letters, digits, `_`, `-`, `.`. @defaultValue `"sluice"` */
  readonly prefix?: string;
  /** Told once when Redis goes and once when it is back. A failure of this function is a process warning. */
  readonly onEvent?: (event: BreakerStoreEvent) => void;
}
