import { StoreUnavailableError } from "@sluice/core";
import { bounded } from "../connection/bounded.js";
import { openClient, type RedisClient } from "../connection/client.js";
import { connected } from "../connection/connected.js";
import { explained } from "../connection/refused-login.js";
import { type RedisStoreConfig, resolveRedisStore } from "../store/options.js";

/** Where a Redis is and how long it may take to answer. Exactly one of `url` and `client`. */
export interface RedisRunnerOptions {
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
}

/** Runs commands that settle in time, whatever Redis does. */
export interface RedisRunner {
  readonly prefix: string;
  /** @throws StoreUnavailableError when Redis does not answer in time, or fails. */
  run<Value>(what: string, command: (client: RedisClient) => Promise<Value>): Promise<Value>;
  /** Closes the client, unless it was given. */
  close(): void;
}

/** @throws ConfigError when an option is out of range; passwords do not show in it. */
export function createRedisRunner(options: RedisRunnerOptions): RedisRunner {
  const { url, client, prefix, commandTimeoutMs } = options;
  const config = resolveRedisStore({
    ...(url === undefined ? {} : { url }),
    ...(client === undefined ? {} : { client }),
    ...(prefix === undefined ? {} : { prefix }),
    ...(commandTimeoutMs === undefined ? {} : { commandTimeoutMs }),
  });
  let opened = config.client;
  let closed = false;
  return {
    prefix: config.prefix,
    async run(what, command) {
      if (closed) throw new StoreUnavailableError(`Redis was not asked for ${what}: its connection is closed`);
      opened ??= openClient(config.address as NonNullable<RedisStoreConfig["address"]>, config.commandTimeoutMs);
      return bounded(explained(opened, connected(opened).then(command)), config.commandTimeoutMs, what);
    },
    close() {
      closed = true;
      if (config.client === undefined) opened?.disconnect();
    },
  };
}
