import { ConfigError, oneOf, positive } from "@sluice/core";
import { isRedisClient, type RedisClient } from "../connection/client.js";
import { parseRedisUrl, type RedisAddress } from "../connection/parse-url.js";
import type { OnStoreError, StoreEvent } from "../outage/events.js";

/** Settings of a store in Redis. Exactly one of `url` and `client`. */
export interface RedisStoreOptions {
  /** `redis://` or `rediss://`, with user, password and database where needed. Connects on first use. */
  readonly url?: string;
  /** A client of ioredis that you own; it is never closed. */
  readonly client?: RedisClient;
  /**
   * What calls do while Redis cannot be asked: `local` takes this process's share of the limit, `open` admits, `closed` refuses.
   *
   * @defaultValue `"local"`
   */
  readonly onStoreError?: OnStoreError;
  /**
   * Longest wait for one answer.
   * Unit: milliseconds. Range: > 0.
   *
   * @defaultValue 500
   */
  readonly commandTimeoutMs?: number;
  /** Begins every key. Range: letters, digits, `_`, `-`, `.`. @defaultValue `"sluice"` */
  readonly prefix?: string;
  /** Told once when the store goes and once when it is back. */
  readonly onEvent?: (event: StoreEvent) => void;
}

/** Complete and checked. */
export interface RedisStoreConfig {
  readonly address: RedisAddress | undefined;
  readonly client: RedisClient | undefined;
  readonly onStoreError: OnStoreError;
  readonly commandTimeoutMs: number;
  readonly prefix: string;
  readonly onEvent: (event: StoreEvent) => void;
}

export function resolveRedisStore(options: RedisStoreOptions): RedisStoreConfig {
  const { url, client, prefix = "sluice" } = options;
  if ((url === undefined) === (client === undefined)) {
    throw new ConfigError({
      option: "url or client",
      accepted: "exactly one of them",
      value: url === undefined ? undefined : "both",
    });
  }
  if (client !== undefined && !isRedisClient(client))
    throw new ConfigError({ option: "client", accepted: "a client of ioredis", value: client });
  if (typeof prefix !== "string" || !/^[\w.-]{1,64}$/.test(prefix)) {
    throw new ConfigError({ option: "prefix", accepted: "1 to 64 letters, digits, _, - or .", value: prefix });
  }
  return {
    address: url === undefined ? undefined : parseRedisUrl(url),
    client,
    onStoreError: oneOf("onStoreError", options.onStoreError ?? "local", ["local", "open", "closed"]),
    commandTimeoutMs: positive("commandTimeoutMs", options.commandTimeoutMs ?? 500),
    prefix,
    onEvent: options.onEvent ?? (() => {}),
  };
}
