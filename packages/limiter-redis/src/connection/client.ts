import { systemRandom } from "@sluice/core";
import { Cluster, Redis, type RedisOptions } from "ioredis";
import type { RedisAddress } from "./parse-url.js";
import { watchLogin } from "./refused-login.js";

/** A client of ioredis: one server, one behind Sentinel, or a cluster. */
export type RedisClient = Redis | Cluster;

/** Whether the value is a client of ioredis, whichever copy of it. */
export function isRedisClient(value: unknown): value is RedisClient {
  if (value instanceof Redis || value instanceof Cluster) return true;
  const { evalsha, duplicate } = (value ?? {}) as { evalsha?: unknown; duplicate?: unknown };
  return typeof evalsha === "function" && typeof duplicate === "function";
}

/** Longest time between attempts to connect again. Unit: milliseconds. */
const SLOWEST_RECONNECT_MS = 500;

/**
 * Opens a client with the settings a limiter needs: nothing queues while disconnected, nothing is sent twice, a frozen peer is
 * noticed, and neither socket nor timers keep the process alive. Connects on first use.
 */
export function openClient(address: RedisAddress, commandTimeoutMs: number): Redis {
  return ownClient(new Redis(settings(address, commandTimeoutMs)));
}

/** A second connection like the first, for listening: it may be silent for as long as nothing is said. */
export function openListener(client: RedisClient): RedisClient {
  const quiet = { lazyConnect: true, enableOfflineQueue: true, maxRetriesPerRequest: null, retryStrategy: backOff };
  if (client instanceof Cluster) return ownClient(client.duplicate([], { lazyConnect: true }));
  return ownClient((client as Redis).duplicate({ ...quiet, socketTimeout: undefined } as Partial<RedisOptions>));
}

function settings(address: RedisAddress, commandTimeoutMs: number): Omit<RedisOptions, "replyMapping"> {
  return {
    host: address.host,
    port: address.port,
    db: address.db,
    ...(address.username === undefined ? {} : { username: address.username }),
    ...(address.password === undefined ? {} : { password: address.password }),
    ...(address.tls ? { tls: { servername: address.host } } : {}),
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: Math.max(1000, commandTimeoutMs),
    socketTimeout: Math.max(1000, commandTimeoutMs),
    connectionName: "sluice",
    retryStrategy: backOff,
    // 1: connect again, without sending the command again. A replica answers READONLY when the primary has moved.
    reconnectOnError: (error) => (error.message.startsWith("READONLY") ? 1 : false),
  };
}

function backOff(times: number): number {
  return Math.min(SLOWEST_RECONNECT_MS, 50 * 2 ** Math.min(times, 10)) * (0.5 + jitter() / 2);
}

// Spreads the return of many processes after one server's restart; no limit depends on it.
const jitter = systemRandom;

function ownClient<Client extends RedisClient>(client: Client): Client {
  // An "error" event without a listener would end the process; failures show in the commands.
  client.on("error", () => {});
  watchLogin(client);
  client.on("connect", () => unref(client));
  client.on("reconnecting", () => unrefReconnect(client));
  return client;
}

function unref(client: RedisClient): void {
  if (client instanceof Redis) client.stream?.unref();
}

/** The client waits for its next attempt to connect by a timer of its own, which would hold the process for ever. */
function unrefReconnect(client: RedisClient): void {
  const timer: unknown = Reflect.get(client, "reconnectTimeout");
  if (typeof timer === "object" && timer !== null && "unref" in timer && typeof timer.unref === "function")
    timer.unref();
}
