import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { algorithmsContract, standingContract, limiterContract } from "@sluice/limiter/testing";
import { afterAll, beforeAll } from "vitest";
import { redisStore } from "./redis-store.js";

let server: RedisServer;
let count = 0;
// A busy machine is no outage.
const open = () =>
  redisStore({ url: server.url, prefix: `test${count}`, onStoreError: "closed", commandTimeoutMs: 5000 });

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

const stores = {
  open: () => {
    count += 1;
    return open();
  },
  openAgain: open,
};

limiterContract("the Redis store", stores);
algorithmsContract("the Redis store", stores);
standingContract("the Redis store", stores);
