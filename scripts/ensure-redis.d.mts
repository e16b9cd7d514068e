/** A Redis or Valkey server that runs on this machine. */
export interface RedisServerBinary {
  readonly path: string;
  readonly version: string;
}

/**
 * The server the tests use: `REDIS_SERVER` when set, else the first of redis-server and valkey-server in PATH.
 * Undefined when there is none; throws when `REDIS_SERVER` names something that does not run.
 */
export function findRedisServer(
  environment?: Readonly<Record<string, string | undefined>>,
): RedisServerBinary | undefined;
