import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { systemRandom } from "@sluice/core";
import { Cluster, Redis, type RedisOptions } from "ioredis";
import { calmListener } from "./cluster-listener.js";
import { connectPrimaries, keepMapFresh } from "./cluster-map.js";
import { insistOnDatabase, insistsOnDatabase } from "./database.js";
import type { RedisTarget } from "./options.js";
import { askForPassword } from "./passwords.js";
import { watchLogin } from "./refused-login.js";
import { outlastOwnStalls } from "./own-stalls.js";
import { searchCalmly } from "./sentinels.js";
import { outliveErrors } from "./stream-errors.js";
import { leaveWhenUnasked } from "./unasked-answers.js";

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
 * noticed, a failover is followed, no other database is used, and neither socket nor timers keep the process alive. Connects on first use.
 */
export function openClient(target: RedisTarget, commandTimeoutMs: number): RedisClient {
  const common = settings(target, commandTimeoutMs);
  const { kind, hosts, name, db } = target.address;
  if (kind === "cluster") return clusterOf(target, common, commandTimeoutMs);
  const [first] = hosts;
  const where =
    kind === "single"
      ? { ...first }
      : {
          sentinels: [...hosts],
          name: name ?? "",
          failoverDetector: true,
          sentinelCommandTimeout: commandTimeoutMs,
          // One search, then the next after a while: see searchCalmly.
          sentinelRetryStrategy: () => null,
          sentinelReconnectStrategy: backOff,
          ...(target.sentinelPassword === undefined ? {} : { sentinelPassword: target.sentinelPassword }),
          ...(common.tls === undefined ? {} : { sentinelTLS: common.tls, enableTLSForSentinelMode: true }),
        };
  const client = insistOnDatabase(new Redis({ ...common, ...where, db, retryStrategy: backOff }));
  return askForPassword(ownClient(client), target.password);
}

/** A second connection like the first, for listening: it may be silent for as long as nothing is said. */
export function openListener(client: RedisClient): RedisClient {
  const quiet = { lazyConnect: true, enableOfflineQueue: true, maxRetriesPerRequest: null, retryStrategy: backOff };
  if (client instanceof Cluster) {
    const listener = client.duplicate([], { lazyConnect: true, enableOfflineQueue: true });
    calmListener(listener, () => backOff(2));
    return ownClient(listener);
  }
  // By itself it would subscribe again with nobody to hear of a failure, which ends a process that closes meanwhile.
  const own = { ...quiet, socketTimeout: undefined, autoResubscribe: false } as Partial<RedisOptions>;
  const listener = (client as Redis).duplicate(own);
  return ownClient(insistsOnDatabase(client) ? insistOnDatabase(listener) : listener);
}

/** Options that one server, one behind Sentinel and each node of a cluster share. */
type Common = Pick<
  RedisOptions,
  | "username"
  | "password"
  | "tls"
  | "lazyConnect"
  | "enableOfflineQueue"
  | "maxRetriesPerRequest"
  | "connectTimeout"
  | "socketTimeout"
  | "maxLoadingRetryTime"
  | "connectionName"
  | "disconnectTimeout"
  | "reconnectOnError"
>;

/** Until a peer that does not say good-bye is left without; a timer of the client's that holds the process. Unit: milliseconds. */
const DISCONNECT_MS = 100;

function settings({ address, username, password, tls }: RedisTarget, commandTimeoutMs: number): Common {
  return {
    ...(username === undefined ? {} : { username }),
    ...(typeof password === "string" ? { password } : {}),
    ...(address.tls ? { tls: tlsOf(tls, address) } : {}),
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: Math.max(1000, commandTimeoutMs),
    socketTimeout: Math.max(1000, commandTimeoutMs),
    // A server that loads its data says how long that will take, in whole seconds, and is often far off at first.
    maxLoadingRetryTime: SLOWEST_RECONNECT_MS,
    connectionName: "sluice",
    disconnectTimeout: DISCONNECT_MS,
    reconnectOnError: leaveReplicas(),
  };
}

/** Between two departures from a replica, since the address may name one for good. Unit: milliseconds. */
const LEAVE_EVERY_MS = 1000;

/** A replica answers READONLY when the primary has moved. 1: connect again, without sending the command again. */
function leaveReplicas(): (error: Error) => 1 | false {
  let leftMs = Number.NEGATIVE_INFINITY;
  return ({ message }) => {
    if (!message.startsWith("READONLY") || performance.now() - leftMs < LEAVE_EVERY_MS) return false;
    leftMs = performance.now();
    return 1;
  };
}

/**
 * Certificates are checked against the name of whoever is connected to, unless the user names another one. One server is also told by
 * which name it was found; of several each has its own, and an address is no name.
 */
function tlsOf(given: ConnectionOptions | undefined, { kind, hosts }: RedisTarget["address"]): ConnectionOptions {
  const [first] = hosts;
  return {
    ...(kind === "single" && first !== undefined && isIP(first.host) === 0 ? { servername: first.host } : {}),
    ...given,
  };
}

/** Between two tries of a call whose slot is half moved. Unit: milliseconds. */
const TRY_AGAIN_MS = 20;

function clusterOf({ address, password }: RedisTarget, common: Common, commandTimeoutMs: number): RedisClient {
  const { lazyConnect: _lazy, enableOfflineQueue: _queue, ...node } = common;
  const cluster = new Cluster([...address.hosts], {
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: backOff,
    slotsRefreshTimeout: Math.max(1000, commandTimeoutMs),
    slotsRefreshInterval: 0,
    scaleReads: "master",
    // Enough to wait for a half-moved slot until the deadline: each try goes to a node of any kind, which sends it on.
    maxRedirections: Math.max(8, Math.ceil((2 * commandTimeoutMs) / TRY_AGAIN_MS)),
    retryDelayOnTryAgain: TRY_AGAIN_MS,
    // Not tried again: only a failover mends that, and until then the fallback answers.
    retryDelayOnClusterDown: 0,
    // Nothing is sent twice: whether the first one ran is not known.
    retryDelayOnFailover: Number.NaN,
    redisOptions: node,
  });
  connectPrimaries(cluster);
  keepMapFresh(cluster);
  return askForPassword(ownClient(cluster), password);
}

function backOff(times: number): number {
  return Math.min(SLOWEST_RECONNECT_MS, 50 * 2 ** Math.min(times, 10)) * (0.5 + jitter() / 2);
}

// Spreads the return of many processes after one server's restart; no limit depends on it.
const jitter = systemRandom;

function ownClient<Client extends RedisClient>(client: Client): Client {
  outliveErrors(client);
  watchLogin(client);
  client.on("connect", () => {
    unref(client);
    if (client instanceof Redis) keep(client);
  });
  searchCalmly(client, { own: ownClient, disconnectTimeout: DISCONNECT_MS, backOff });
  client.on("reconnecting", () => unrefReconnect(client));
  if (client instanceof Cluster)
    client.on("+node", (node: Redis) => node.on("connect", () => (unref(node), keep(node))));
  return client;
}

/** For each new connection. */
function keep(client: Redis): void {
  leaveWhenUnasked(client);
  outlastOwnStalls(client);
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
