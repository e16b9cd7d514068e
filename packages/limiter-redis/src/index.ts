// The store
export type { OnStoreError, StoreEvent } from "./outage/events.js";
export type { RedisStoreOptions } from "./store/options.js";
export { type RedisStore, redisStore } from "./store/redis-store.js";

// Connections
export { isRedisClient, type RedisClient } from "./connection/client.js";
export { maskUrl, parseRedisUrl, type RedisAddress } from "./connection/parse-url.js";
