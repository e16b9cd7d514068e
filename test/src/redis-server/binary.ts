import { findRedisServer } from "../../../scripts/ensure-redis.mjs";

let known: string | undefined;

/** The path of the server's program, looked up once per process. */
export function redisServerBinary(): string {
  known ??= findRedisServer()?.path;
  if (!known)
    throw new Error("redis-server was not found: run `node scripts/ensure-redis.mjs`, which finds or installs it");
  return known;
}
