import { breakerContract } from "@sluice/limiter/testing";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { afterAll, beforeAll } from "vitest";
import { redisBreakerStore } from "./redis-breaker-store.js";

let server: RedisServer;
let count = 0;
// A busy machine is no outage.
const open = () => redisBreakerStore({ url: server.url, prefix: `test${count}`, commandTimeoutMs: 5000 });

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

breakerContract("the Redis store", {
  open: () => {
    count += 1;
    return open();
  },
  openAgain: open,
});
