// A real Redis server for a test, on a free port, gone with the process that started it.
export { startRedisServer } from "./start-redis-server.js";
export type { RedisServer, RedisServerOptions } from "./redis-server.js";
