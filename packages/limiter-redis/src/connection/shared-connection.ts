import { StoreUnavailableError } from "@sluice/core";
import { bounded } from "./bounded.js";
import { openClient, type RedisClient } from "./client.js";
import { connected } from "./connected.js";
import type { RedisConnectionConfig, RedisTarget } from "./options.js";
import { explained } from "./refused-login.js";
import { createSubscriptions, type Subscriptions } from "./subscriptions.js";

/** The connection of one store, breaker store or lock; those of a process that name the same Redis share it. */
export interface SharedConnection {
  /**
   * The client, opened when it is first wanted.
   *
   * @throws StoreUnavailableError when the connection was given up.
   */
  client(): RedisClient;
  /** Whether keys live on several servers, by their slots. */
  readonly clustered: boolean;
  /**
   * Runs a command, connecting first where needed, and settles in time.
   *
   * @throws StoreUnavailableError when Redis does not answer in time, or fails.
   */
  run<Value>(what: string, command: (client: RedisClient) => Promise<Value>): Promise<Value>;
  /** Listens on a second connection. Returns the way to stop. */
  listen(channel: string, listener: (message: string) => void): () => void;
  /** Gives the connection up; the last one closes it. A client of the user's stays open. */
  release(): void;
}

interface Entry {
  readonly client: () => RedisClient;
  readonly subscriptions: Subscriptions;
  readonly close: () => void;
  users: number;
}

const byTarget = new Map<string, Entry>();
const byClient = new WeakMap<RedisClient, Entry>();

/** Shares the connection of the same place, login and timeout. Nothing is opened yet. */
export function shareConnection({ source, commandTimeoutMs }: RedisConnectionConfig): SharedConnection {
  const entry = "client" in source ? entryOfClient(source.client) : entryOfTarget(source, commandTimeoutMs);
  entry.users += 1;
  const stops = new Set<() => void>();
  let released = false;
  const client = (): RedisClient => {
    if (released) throw new StoreUnavailableError("Redis was not asked: its connection is closed");
    return entry.client();
  };
  return {
    client,
    clustered: "client" in source ? source.client.isCluster : source.address.kind === "cluster",
    async run(what, command) {
      const redis = client();
      return bounded(explained(redis, connected(redis).then(command)), commandTimeoutMs, what);
    },
    listen(channel, listener) {
      if (released) return () => {};
      const stop = entry.subscriptions.listen(channel, listener);
      stops.add(stop);
      return () => {
        stops.delete(stop);
        stop();
      };
    },
    release() {
      if (released) return;
      released = true;
      for (const stop of stops) stop();
      entry.users -= 1;
      if (entry.users === 0) entry.close();
    },
  };
}

function entryOfClient(client: RedisClient): Entry {
  const held = byClient.get(client);
  if (held !== undefined) return held;
  const subscriptions = createSubscriptions(() => client);
  const entry: Entry = {
    client: () => client,
    subscriptions,
    users: 0,
    close() {
      byClient.delete(client);
      subscriptions.close();
    },
  };
  byClient.set(client, entry);
  return entry;
}

function entryOfTarget(target: RedisTarget, commandTimeoutMs: number): Entry {
  const key = keyOf(target, commandTimeoutMs);
  const held = key === undefined ? undefined : byTarget.get(key);
  if (held !== undefined) return held;
  let opened: RedisClient | undefined;
  const client = (): RedisClient => (opened ??= openClient(target, commandTimeoutMs));
  const subscriptions = createSubscriptions(client);
  const entry: Entry = {
    client,
    subscriptions,
    users: 0,
    close() {
      if (key !== undefined) byTarget.delete(key);
      subscriptions.close();
      opened?.disconnect();
    },
  };
  if (key !== undefined) byTarget.set(key, entry);
  return entry;
}

/** What can be compared; logins by functions and certificates stand for themselves. */
function keyOf(target: RedisTarget, commandTimeoutMs: number): string | undefined {
  const { url, username, password, tls, sentinelPassword } = target;
  if (typeof password === "function" || tls !== undefined) return undefined;
  return JSON.stringify([url, username, password, sentinelPassword, commandTimeoutMs]);
}
