import { Redis } from "ioredis";
import type { RedisClient } from "./client.js";

/**
 * Without any answer for so long, it is the connection that is broken. Longer than the socket's own timeout: one that carries nothing is
 * ended by that, and what was sent last must have left. Unit: milliseconds.
 */
const LONGEST_SILENCE_MS = 2000;
/** When the first of the commands went that were not answered, by client. */
const silentSince = new WeakMap<RedisClient, number>();

/** Whatever was answered, the connection works. */
export function noteAnswer(client: RedisClient): void {
  silentSince.delete(client);
}

/**
 * A command was not answered in time. After some of them the connection is replaced: half an answer that never ends swallows all that
 * follow, and since bytes come, no timeout of the socket notices. Of a cluster each node has its own, and others may work.
 */
export function noteSilence(client: RedisClient, askedMs: number): void {
  const sinceMs = silentSince.get(client) ?? askedMs;
  silentSince.set(client, sinceMs);
  if (performance.now() - sinceMs < LONGEST_SILENCE_MS || !(client instanceof Redis) || client.status !== "ready")
    return;
  silentSince.delete(client);
  client.stream.destroy();
}
