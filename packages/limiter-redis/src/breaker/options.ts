import type { RedisConnectionOptions } from "../connection/options.js";

/** The store of the breakers went, or came back. One event each time, never one per call. */
export type BreakerStoreEvent =
  | { readonly type: "breaker-store-down"; readonly reason: string; readonly message: string }
  | { readonly type: "breaker-store-up"; readonly downMs: number; readonly message: string };

/** Settings of a breaker store in Redis. */
export interface RedisBreakerStoreOptions extends RedisConnectionOptions {
  /** Told once when Redis goes and once when it is back. A failure of this function is a process warning. */
  readonly onEvent?: (event: BreakerStoreEvent) => void;
}
