import { StoreUnavailableError } from "@sluice/core";
import type { RedisClient } from "../connection/client.js";
import { type RedisConnectionOptions, resolveConnection } from "../connection/options.js";
import { shareConnection } from "../connection/shared-connection.js";

/** Where a Redis is and how long it may take to answer. */
export type RedisRunnerOptions = RedisConnectionOptions;

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
  const config = resolveConnection(options);
  const { run, release } = shareConnection(config);
  let closed = false;
  return {
    prefix: config.prefix,
    async run(what, command) {
      if (closed) throw new StoreUnavailableError(`Redis was not asked for ${what}: its connection is closed`);
      return run(what, command);
    },
    close() {
      closed = true;
      release();
    },
  };
}
