import type { RedisClient } from "../connection/client.js";

/** How long the key lives. Unit: milliseconds. */
const LIFETIME_MS = 1000;

/**
 * Writes a key that soon expires; rejects where a script would fail too. A PING says less: a replica answers it, and so does a server
 * whose memory is full or that has lost its replicas.
 */
export function tryToWrite(redis: RedisClient, key: string): Promise<unknown> {
  return redis.set(key, "", "PX", LIFETIME_MS);
}
