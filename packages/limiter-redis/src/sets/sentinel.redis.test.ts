import { setTimeout as sleep } from "node:timers/promises";
import { createLimiter, tokenBucket } from "@sluice/limiter";
import { type RedisSentinels, say, startRedisSentinels } from "@sluice/test/redis-server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { redisBreakerStore, redisStore, type RedisStore, type StoreEvent } from "../index.js";
import { watchStalls } from "@sluice/test/stalls";

let set: RedisSentinels;
const closers: (() => Promise<void>)[] = [];
beforeEach(async () => {
  set = await startRedisSentinels();
}, 60_000);
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await set.stop();
});

const charge = { bucket: "b", limit: tokenBucket({ refillRate: 1e-2, burst: 100_000 }) };

function limiter() {
  const events: StoreEvent[] = [];
  const store: RedisStore = redisStore({
    url: set.url,
    onStoreError: "closed",
    onEvent: (event) => events.push(event),
  });
  const made = createLimiter({ store, provider: "test", account: "acme" });
  closers.push(async () => {
    await made.close();
    await store.close();
  });
  const ask = () => made.tryAcquire(charge);
  return { ask, events, answer: () => ask().then(({ kind }) => kind, String) };
}

/** Asks until the store answers again after it did not; how long that took, and what it cost. */
async function untilBack(ask: () => Promise<unknown>) {
  using stalls = watchStalls();
  const sinceMs = performance.now();
  let [errors, longestMs, firstErrorMs] = [0, 0, 0];
  while (performance.now() - sinceMs < 25_000) {
    const [startedMs, stalledMs] = [performance.now(), stalls.totalMs];
    const answered = await ask().then(
      () => true,
      () => false,
    );
    longestMs = Math.max(longestMs, performance.now() - startedMs - (stalls.totalMs - stalledMs));
    if (!answered) {
      errors += 1;
      firstErrorMs ||= startedMs;
    } else if (errors > 0)
      return { gapMs: Math.round(performance.now() - firstErrorMs), errors, longestMs: Math.round(longestMs) };
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const now = await set.primary().catch(() => undefined);
  throw new Error(`not back within 25 s; ${errors} calls were refused; the Sentinels name ${now?.port}`);
}

describe("behind Sentinels", { timeout: 60_000 }, () => {
  it.each(["killed", "frozen"])("a primary that is %s is left for the new one, no call hangs", async (how) => {
    const { ask, events, answer } = limiter();
    await expect.poll(answer, { timeout: 10_000 }).toBe("allowed");
    // Connecting may have taken longer than an answer.
    events.length = 0;
    const primary = await set.primary();
    if (how === "killed") await primary.kill();
    else primary.pause();
    const { gapMs, errors, longestMs } = await untilBack(ask);
    console.log(`primary ${how}: new one in use after ${gapMs} ms, ${errors} calls refused, longest ${longestMs} ms`);
    expect(longestMs).toBeLessThan(600);
    expect(gapMs).toBeLessThan(10_000);
    expect(events.map(({ type }) => type)).toEqual(["store-down", "store-up"]);
    primary.resume();
  });

  it("a planned failover is followed soon, and what was taken stays taken", async () => {
    const { ask, answer } = limiter();
    // One that a busy machine kept from being answered may have been taken or not, and is none of them.
    for (let taken = 0; taken < 100;) {
      if ((await answer()) === "allowed") taken += 1;
      else await sleep(20);
    }
    const before = await set.primary();
    const [sentinel] = set.sentinels;
    if (sentinel === undefined) throw new Error("there is a Sentinel");
    await say(sentinel, "SENTINEL", "FAILOVER", set.name);
    await expect.poll(async () => (await set.primary()).port, { timeout: 20_000 }).not.toBe(before.port);
    using stalls = watchStalls();
    const switchedMs = performance.now();
    let remaining = 0;
    await expect
      .poll(
        async () => {
          const decision = (await ask().catch(() => undefined)) as { kind: string; remaining: number } | undefined;
          remaining = decision?.remaining ?? remaining;
          return (await say(await set.primary(), "INFO", "commandstats")).includes("cmdstat_eval");
        },
        { timeout: 10_000, interval: 10 },
      )
      .toBe(true);
    const movedMs = performance.now() - switchedMs - stalls.totalMs;
    console.log(`planned failover: the new primary is asked ${Math.round(movedMs)} ms after the switch`);
    expect(movedMs).toBeLessThan(2500);
    expect(remaining).toBeLessThanOrEqual(100_000 - 100);
  });

  it("without any Sentinel calls are answered in time, and the store is found when they are there", async () => {
    for (const sentinel of set.sentinels) sentinel.pause();
    const { ask, answer } = limiter();
    for (let n = 0; n < 10; n += 1) {
      using stalls = watchStalls();
      const startedMs = performance.now();
      await expect(ask()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
      expect(performance.now() - startedMs - stalls.totalMs).toBeLessThan(600);
      await sleep(100);
    }
    for (const sentinel of set.sentinels) sentinel.resume();
    await expect.poll(answer, { timeout: 10_000 }).toBe("allowed");
  });

  it("who listens and loses the connection while no Sentinel answers listens again later", async () => {
    const breakers = redisBreakerStore({ url: set.url });
    const stop = breakers.onChange("one", () => {});
    const primary = await set.primary();
    const listeners = async () => (await say(primary, "PUBSUB", "CHANNELS", "sluice:*")).includes("one");
    await expect.poll(listeners, { timeout: 10_000 }).toBe(true);
    for (const sentinel of set.sentinels) sentinel.pause();
    await say(primary, "CLIENT", "KILL", "TYPE", "pubsub");
    await sleep(1500);
    expect(await listeners()).toBe(false);
    for (const sentinel of set.sentinels) sentinel.resume();
    await expect.poll(listeners, { timeout: 10_000 }).toBe(true);
    stop();
    await breakers.close();
  });
});
