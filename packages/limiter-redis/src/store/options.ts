import { oneOf } from "@sluice/core";
import { type RedisConnectionConfig, type RedisConnectionOptions, resolveConnection } from "../connection/options.js";
import type { OnStoreError, StoreEvent } from "../outage/events.js";

/** Settings of a store in Redis. */
export interface RedisStoreOptions extends RedisConnectionOptions {
  /**
   * What calls do while Redis cannot be asked: `local` takes this process's share of the limit, `open` admits, `closed` refuses.
   *
   * @defaultValue `"local"`
   */
  readonly onStoreError?: OnStoreError;
  /** Told once when the store goes, once when it is back, and once of whatever else is wrong with it. A failure of this function is a process warning and changes nothing. */
  readonly onEvent?: (event: StoreEvent) => void;
}

/** Complete and checked. */
export interface RedisStoreConfig extends RedisConnectionConfig {
  readonly onStoreError: OnStoreError;
  readonly onEvent: (event: StoreEvent) => void;
}

export function resolveRedisStore(options: RedisStoreOptions): RedisStoreConfig {
  return {
    ...resolveConnection(options),
    onStoreError: oneOf("onStoreError", options.onStoreError ?? "local", ["local", "open", "closed"]),
    onEvent: options.onEvent ?? (() => {}),
  };
}
