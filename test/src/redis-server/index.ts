// A real Redis server for a test, on a free port, gone with the process that started it.
export { type RedisCluster, type RedisClusterOptions, say, startRedisCluster } from "./start-redis-cluster.js";
export { type RedisSentinels, type RedisSentinelsOptions, startRedisSentinels } from "./start-redis-sentinels.js";
export { startRedisServer } from "./start-redis-server.js";
export { type FakeTime, findFakeTimeLibrary, startFakeTime } from "./fake-time.js";
export type { RedisServer, RedisServerOptions } from "./redis-server.js";
