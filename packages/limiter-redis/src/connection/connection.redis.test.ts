import { createLimiter, tokenBucket } from "@sluice/limiter";
import { say, startRedisServer } from "@sluice/test/redis-server";
import { expect, it, onTestFinished } from "vitest";
import { redisBreakerStore, redisLock, redisStates, redisStore } from "../index.js";

const charge = { bucket: "b", limit: tokenBucket({ refillRate: 1, burst: 1000 }) };

it("asks for the password anew with each connection", async () => {
  const server = await startRedisServer({ password: "first" });
  onTestFinished(() => server.stop());
  const passwords = ["first", "second"];
  let asked = 0;
  const store = redisStore({
    url: `redis://127.0.0.1:${server.port}`,
    onStoreError: "closed",
    commandTimeoutMs: 5000,
    password: async () => passwords[Math.min(asked++, 1)] ?? "",
  });
  onTestFinished(() => store.close());
  const limiter = createLimiter({ store });
  expect((await limiter.tryAcquire(charge)).kind).toBe("allowed");
  expect(asked).toBe(1);
  const { Redis } = await import("ioredis");
  const admin = new Redis({ port: server.port, password: "first" });
  await admin.config("SET", "requirepass", "second");
  await admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
  admin.disconnect();
  await expect
    .poll(
      () =>
        limiter.tryAcquire(charge).then(
          ({ kind }) => kind,
          () => "away",
        ),
      { timeout: 10_000 },
    )
    .toBe("allowed");
  expect(asked).toBeGreaterThan(1);
});

it("is one connection for stores, breakers, locks and states of a process, one more for listening, and none when all are closed", async () => {
  await using server = await startRedisServer();
  const count = async (): Promise<number> => ((await say(server, "CLIENT", "LIST")).match(/name=sluice/g) ?? []).length;
  const options = { url: server.url, commandTimeoutMs: 5000 };
  const [store, breakers, lock, states] = [
    redisStore(options),
    redisBreakerStore(options),
    redisLock(options),
    redisStates(options),
  ];
  const limiter = createLimiter({ store });
  await limiter.tryAcquire(charge);
  await lock.run("name", {}, () => states.load("scope", ["a"]));
  breakers.onChange("one", () => {});
  await expect.poll(count, { timeout: 10_000 }).toBe(2);
  await limiter.close();
  for (const one of [store, breakers, lock]) await one.close();
  expect((await states.load("scope", ["a"])).texts).toEqual([undefined]);
  await states.close();
  await expect.poll(count, { timeout: 10_000 }).toBe(0);
});
