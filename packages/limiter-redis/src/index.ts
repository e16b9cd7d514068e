// The store
export type { OnStoreError, StoreEvent } from "./outage/events.js";
export type { RedisStoreOptions } from "./store/options.js";
export { type RedisStore, redisStore } from "./store/redis-store.js";

// Circuit breakers
export type { BreakerStoreEvent, RedisBreakerStoreOptions } from "./breaker/options.js";
export { redisBreakerStore } from "./breaker/redis-breaker-store.js";

// Shared state that many read and few change
export type { ConfirmOptions, ControlStoreEvent, RedisControlStoreOptions } from "./control/options.js";
export { redisControlStore } from "./control/redis-control-store.js";

// Connections
export { isRedisClient, type RedisClient } from "./connection/client.js";
export { checkConnection, type RedisConnectionOptions } from "./connection/options.js";
export { redisRights, type RedisRightsOptions } from "./connection/rights.js";
export { maskUrl, parseRedisUrl, type RedisAddress, type RedisHost } from "./connection/parse-url.js";

// Seen from outside
export { diagnoseRedis, type RedisFinding } from "./fleet/diagnose.js";
export { type LookOptions, type RedisFleet, redisFleet } from "./fleet/fleet.js";
export type { FleetBreaker, FleetBucket, FleetScope, FleetSight } from "./fleet/sight.js";
export type { ProcessSummary } from "./fleet/processes.js";
export type { Activity, BucketActivity, Summary } from "./fleet/summary.js";

// Locks
export { redisLock, type RedisLockOptions } from "./lock/redis-lock.js";
export type { RedisRunnerOptions } from "./lock/redis-runner.js";

// Custom limits
export { redisStates } from "./custom/redis-states.js";
