import type { Clock } from "@sluice/core";
import { memoryStore, type Store } from "@sluice/limiter";
import { type OnStoreError, type RedisClient, redisStore, type StoreEvent } from "@sluice/limiter-redis";
import type { Logger } from "../options/logger.js";

/** A store in use by one client. */
export interface StoreLease {
  readonly store: Store;
  /** Where its buckets are. */
  readonly kind: "redis" | "memory";
  /** The last lease to go closes the store. */
  release(): Promise<void>;
}

/** Who asks, and what for. */
export interface StoreWish {
  readonly redis: string | RedisClient | undefined;
  readonly onStoreError: OnStoreError;
  readonly log: Logger | undefined;
  readonly onEvent: (event: StoreEvent) => void;
  readonly clock: Clock | undefined;
}

interface Listener {
  readonly onEvent: (event: StoreEvent) => void;
  readonly log: Logger | undefined;
}

interface Entry {
  readonly store: Store;
  readonly listeners: Set<Listener>;
  readonly forget: () => void;
}

// A limit belongs to the account, not to the client: all clients of a process that name the same store share one.
const byUrl = new Map<string, Entry>();
const byClient = new WeakMap<RedisClient, Map<OnStoreError, Entry>>();
const inMemory = new WeakMap<Clock, Store>();
let memory: Store | undefined;
let warned = false;

/** The store for a client; made on first wish, connected on first use. */
export function leaseStore(wish: StoreWish): StoreLease {
  if (wish.redis === undefined) return { store: memoryFor(wish), kind: "memory", release: async () => {} };
  const entry = redisEntry(wish.redis, wish.onStoreError);
  const listener: Listener = { onEvent: wish.onEvent, log: wish.log };
  entry.listeners.add(listener);
  return {
    store: entry.store,
    kind: "redis",
    async release() {
      if (!entry.listeners.delete(listener) || entry.listeners.size > 0) return;
      entry.forget();
      await entry.store.close();
    },
  };
}

function memoryFor({ clock, log }: StoreWish): Store {
  if (clock !== undefined) {
    const held = inMemory.get(clock) ?? memoryStore({ clock });
    inMemory.set(clock, held);
    return held;
  }
  if (!warned) {
    warned = true;
    const text = "No Redis is named, so limits are kept in this process alone; set REDIS_URL (or the redis option) to share them between processes";
    if (log === undefined) process.emitWarning(text, { type: "SluiceWarning", code: "SLUICE_MEMORY_STORE" });
    else log.warn({ code: "SLUICE_MEMORY_STORE" }, text);
  }
  return (memory ??= memoryStore());
}

function redisEntry(redis: string | RedisClient, onStoreError: OnStoreError): Entry {
  if (typeof redis === "string") {
    const name = `${onStoreError} ${redis}`;
    let entry = byUrl.get(name);
    if (entry === undefined) {
      entry = makeEntry((onEvent) => redisStore({ url: redis, onStoreError, onEvent }), () => byUrl.delete(name));
      byUrl.set(name, entry);
    }
    return entry;
  }
  const entries = byClient.get(redis) ?? new Map<OnStoreError, Entry>();
  byClient.set(redis, entries);
  let entry = entries.get(onStoreError);
  if (entry === undefined) {
    entry = makeEntry((onEvent) => redisStore({ client: redis, onStoreError, onEvent }), () => entries.delete(onStoreError));
    entries.set(onStoreError, entry);
  }
  return entry;
}

function makeEntry(open: (onEvent: (event: StoreEvent) => void) => Store, forget: () => void): Entry {
  const listeners = new Set<Listener>();
  const store = open((event) => {
    for (const { onEvent } of listeners) onEvent(event);
    // Once for each logger, however many clients write to it; and where nobody logs, once for the process.
    const logs = new Set([...listeners].map(({ log }) => log).filter((log) => log !== undefined));
    for (const log of logs) log.warn({ event: event.type }, event.message);
    if (logs.size === 0) process.emitWarning(event.message, { type: "SluiceWarning", code: "SLUICE_STORE" });
  });
  return { store, listeners, forget };
}
