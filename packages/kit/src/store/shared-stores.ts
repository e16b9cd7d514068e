import type { Clock } from "@sluice/core";
import { memoryStore, type Store } from "@sluice/limiter";
import {
  isRedisClient,
  type OnStoreError,
  type RedisClient,
  type RedisStore,
  redisStore,
  type StoreEvent,
} from "@sluice/limiter-redis";
import type { StoreMode } from "@sluice/telemetry";
import type { RedisSettings } from "../options/api-options.js";
import type { Logger } from "../options/logger.js";
import { type Companions, memoryCompanions, redisCompanions } from "./companions.js";

/** A store in use by one client. */
export interface StoreLease {
  readonly store: Store;
  /** Where its buckets are at present. */
  readonly mode: StoreMode;
  /** Breakers, locks and small states in the same place. */
  readonly companions: Companions;
  /** The last lease to go closes the store. */
  release(): Promise<void>;
}

/** Who asks, and what for. */
export interface StoreWish {
  readonly redis: string | RedisClient | RedisSettings | undefined;
  readonly onStoreError: OnStoreError;
  readonly log: Logger | undefined;
  readonly onMode: (mode: StoreMode) => void;
  readonly clock: Clock | undefined;
}

/** A store in Redis, and the clients that use it. */
interface Entry {
  readonly store: RedisStore;
  readonly companions: Companions;
  readonly users: Set<Pick<StoreWish, "log" | "onMode">>;
  readonly forget: () => void;
}

/** The process's own memory: nobody closes it. */
interface Memory {
  readonly store: Store;
  readonly companions: Companions;
}

// A limit belongs to the account, not to the client: all clients of a process that name the same store share one.
const byUrl = new Map<string, Map<OnStoreError, Entry>>();
const byObject = new WeakMap<RedisClient | RedisSettings, Map<OnStoreError, Entry>>();
const inMemory = new WeakMap<Clock, Memory>();
let memory: Memory | undefined;
let warned = false;

/** The store for a client; made on first wish, connected on first use. */
export function leaseStore(wish: StoreWish): StoreLease {
  if (wish.redis === undefined) return { ...memoryFor(wish), mode: "memory", release: async () => {} };
  const entry = redisEntry(wish.redis, wish.onStoreError);
  const user = { log: wish.log, onMode: wish.onMode };
  entry.users.add(user);
  return {
    store: entry.store,
    companions: entry.companions,
    mode: entry.store.mode,
    async release() {
      if (!entry.users.delete(user) || entry.users.size > 0) return;
      entry.forget();
      await Promise.all([entry.store.close(), entry.companions.close()]);
    },
  };
}

/** As in a fresh process: for tests whose files share one. */
export function forgetMemory(): void {
  memory = undefined;
  warned = false;
}

function memoryFor({ clock, log }: StoreWish): Memory {
  if (clock !== undefined) {
    const held = inMemory.get(clock) ?? { store: memoryStore({ clock }), companions: memoryCompanions(clock) };
    inMemory.set(clock, held);
    return held;
  }
  if (!warned) {
    warned = true;
    const text =
      "No Redis is named, so limits are kept in this process alone; set REDIS_URL (or the redis option) to share them between processes";
    say([log], "warn", { code: "SLUICE_MEMORY_STORE" }, text, "SLUICE_MEMORY_STORE");
  }
  return (memory ??= { store: memoryStore(), companions: memoryCompanions(undefined) });
}

function redisEntry(redis: string | RedisClient | RedisSettings, onStoreError: OnStoreError): Entry {
  const entries = entriesOf(redis);
  let entry = entries.get(onStoreError);
  if (entry === undefined) {
    const users: Entry["users"] = new Set();
    const where = typeof redis === "string" ? { url: redis } : isRedisClient(redis) ? { client: redis } : redis;
    const store = redisStore({ ...where, onStoreError, onEvent: (event) => tell(users, event) });
    entry = { store, companions: redisCompanions(where), users, forget: () => entries.delete(onStoreError) };
    entries.set(onStoreError, entry);
  }
  return entry;
}

function entriesOf(redis: string | RedisClient | RedisSettings): Map<OnStoreError, Entry> {
  const held = typeof redis === "string" ? byUrl.get(redis) : byObject.get(redis);
  if (held !== undefined) return held;
  const entries = new Map<OnStoreError, Entry>();
  if (typeof redis === "string") byUrl.set(redis, entries);
  else byObject.set(redis, entries);
  return entries;
}

function tell(users: Entry["users"], event: StoreEvent): void {
  if (event.type !== "store-warning")
    for (const { onMode } of users) onMode(event.type === "store-up" ? "shared" : event.mode);
  const logs = [...users].map(({ log }) => log);
  say(logs, event.type === "store-up" ? "info" : "warn", { event: event.type }, event.message, "SLUICE_STORE");
}

/** Once to each logger, however many clients share it; as a process warning where nobody logs, or a logger fails. */
function say(
  logs: readonly (Logger | undefined)[],
  level: keyof Logger,
  fields: object,
  message: string,
  code: string,
): void {
  const loggers = new Set(logs.filter((log) => log !== undefined));
  let told = loggers.size > 0;
  for (const log of loggers) {
    try {
      log[level](fields, message);
    } catch {
      told = false;
    }
  }
  if (!told) process.emitWarning(message, { type: "SluiceWarning", code });
}
