import { createFakeClock } from "@sluice/core/testing";
import { type Breaker, type BreakerEvent, type BreakerOptions, createBreaker } from "@sluice/limiter";
import { startRedisServer } from "@sluice/test/redis-server";
import { startTcpProxy } from "@sluice/test/tcp-proxy";
import { afterEach, describe, expect, it, vi } from "vitest";
import { watchStalls } from "@sluice/test/stalls";
import type { BreakerStoreEvent, RedisBreakerStoreOptions } from "./options.js";
import { redisBreakerStore } from "./redis-breaker-store.js";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function server() {
  const started = await startRedisServer();
  closers.push(() => started.stop());
  return started;
}

function breakerAt(options: RedisBreakerStoreOptions, rules: Partial<BreakerOptions> = {}) {
  const events: BreakerStoreEvent[] = [];
  const changes: BreakerEvent[] = [];
  const store = redisBreakerStore({ onEvent: (event) => events.push(event), ...options });
  const breaker = createBreaker({ name: "b", store, onEvent: (event) => changes.push(event), ...rules });
  closers.push(async () => {
    await breaker.close();
    await store.close();
  });
  return { breaker, store, events, changes };
}

/** Nobody listens there, and nobody is given it. */
const SILENT_PORT = 1;
/** For whoever does not look for an outage: a busy machine is none. */
const patient = { commandTimeoutMs: 5000 };
const succeed = (breaker: Breaker): Promise<unknown> =>
  breaker.run(async () => "answer").catch((error: unknown) => error);
const fail = (breaker: Breaker): Promise<unknown> =>
  breaker.run(() => Promise.reject(new Error("broken"))).catch((error: unknown) => error);
const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("while Redis cannot be asked", () => {
  it("calls are answered in time, the process opens by what it sees itself, and the outage is told once without passwords", async () => {
    const clock = createFakeClock();
    const url = `redis://:hunter2@127.0.0.1:${SILENT_PORT}`;
    const { breaker, events } = breakerAt({ url }, { openMs: 200, clock });
    using stalls = watchStalls();
    const startedMs = performance.now();
    expect(await succeed(breaker)).toBe("answer");
    const tookMs = performance.now() - startedMs - stalls.totalMs;
    console.log(`first call without a Redis: ${tookMs.toFixed(0)} ms`);
    expect(tookMs).toBeLessThan(700);
    for (let n = 0; n < 5; n += 1) expect(await fail(breaker)).toMatchObject({ message: "broken" });
    await expect.poll(() => breaker.state(), { timeout: 10_000 }).toBe("open");
    expect(await succeed(breaker)).toMatchObject({ code: "CIRCUIT_OPEN" });
    await clock.advance(210);
    expect(await succeed(breaker)).toBe("answer");
    await expect.poll(() => breaker.state(), { timeout: 10_000 }).toBe("closed");
    expect(events.map(({ type }) => type)).toEqual(["breaker-store-down"]);
    expect(events[0]?.message).toMatch(/127\.0\.0\.1:\d+ cannot be used/);
    expect(JSON.stringify(events)).not.toContain("hunter2");
  });

  it("a frozen Redis holds no call longer than the command timeout, an isolation is kept, and its word is taken again when it thaws", async () => {
    const redis = await server();
    const { breaker, events } = breakerAt({ url: redis.url, commandTimeoutMs: 150 });
    const operator = breakerAt({ url: redis.url, ...patient });
    await succeed(breaker);
    await operator.breaker.force("isolated");
    // Asked for, since its listening connection may have come too late for the news.
    await expect.poll(async () => (await breaker.refresh()).state, { timeout: 10_000 }).toBe("isolated");
    // A connection that took longer to make than a command may is not the outage that follows.
    events.length = 0;
    redis.pause();
    await later(1000);
    using stalls = watchStalls();
    let longestMs = 0;
    for (let n = 0; n < 200; n += 1) {
      const [startedMs, stalledMs] = [performance.now(), stalls.totalMs];
      expect(await succeed(breaker)).toMatchObject({ code: "CIRCUIT_OPEN", state: "isolated" });
      longestMs = Math.max(longestMs, performance.now() - startedMs - (stalls.totalMs - stalledMs));
      await later(10);
    }
    expect(longestMs).toBeLessThan(400);
    redis.resume();
    const thawedMs = performance.now();
    await vi.waitFor(() => operator.breaker.force("closed"), { timeout: 10_000 });
    await expect.poll(async () => (await succeed(breaker)) === "answer", { timeout: 10_000 }).toBe(true);
    console.log(
      `frozen Redis: longest call ${longestMs.toFixed(0)} ms, ${(performance.now() - thawedMs).toFixed(0)} ms from thaw to the shared state`,
    );
    await expect
      .poll(() => events.map(({ type }) => type), { timeout: 10_000 })
      .toEqual(["breaker-store-down", "breaker-store-up"]);
  });

  it("a command that timed out has no effect when a frozen Redis thaws", async () => {
    const redis = await server();
    const { breaker } = breakerAt({ url: redis.url, commandTimeoutMs: 150 });
    await breaker.refresh();
    redis.pause();
    await expect(breaker.force("isolated")).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    await later(100);
    redis.resume();
    await later(300);
    const { breaker: other } = breakerAt({ url: redis.url });
    expect(await other.refresh()).toEqual({ state: "closed", retryAfterMs: 0 });
  });

  it("a lost reply is not asked for twice: failures count once", async () => {
    const redis = await server();
    const proxy = await startTcpProxy({ targetPort: redis.port });
    closers.push(() => proxy.close());
    const { store } = breakerAt({ url: proxy.url, ...patient });
    const rules = {
      failureRate: 1,
      minimumCalls: 1000,
      windowMs: 60_000,
      consecutiveFailures: 4,
      openMs: 5000,
      maxOpenMs: 5000,
      probeLeaseMs: 5000,
      probes: 1,
    };
    const told = (failed: number) => ({
      version: Number.MAX_SAFE_INTEGER,
      succeeded: 0,
      lastSuccessAgeMs: 0,
      failed,
      lastFailureAgeMs: 0,
      rowAgesMs: Array.from({ length: failed }, () => 0),
    });
    await store.report("b", rules, told(0));
    const cut = proxy.cutAfterRequest();
    await expect(store.report("b", rules, told(1))).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    await cut;
    await expect
      .poll(async () => (await Promise.resolve(store.report("b", rules, told(0))).catch(() => undefined))?.state, {
        timeout: 10_000,
      })
      .toBe("closed");
    expect(await store.report("b", rules, told(2))).toMatchObject({ state: "closed" });
    expect(await store.report("b", rules, told(1))).toMatchObject({ state: "open" });
  });

  it('with onStoreError "closed" calls are refused, and go again by themselves', async () => {
    const redis = await server();
    const { breaker } = breakerAt({ url: redis.url, ...patient }, { onStoreError: "closed" });
    expect(await succeed(breaker)).toBe("answer");
    await redis.kill();
    await later(1000);
    expect(await succeed(breaker)).toMatchObject({ code: "STORE_UNAVAILABLE" });
    await redis.restart();
    await expect.poll(() => succeed(breaker), { timeout: 10_000 }).toBe("answer");
  });

  it("a listener that throws affects no call", async () => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const thrower = (): never => {
      throw new Error("listener");
    };
    const url = `redis://127.0.0.1:${SILENT_PORT}`;
    const { breaker } = breakerAt({ url, onEvent: thrower }, { onEvent: thrower });
    for (let n = 0; n < 5; n += 1) expect(await fail(breaker)).toMatchObject({ message: "broken" });
    await expect.poll(() => breaker.state(), { timeout: 10_000 }).toBe("open");
    expect(warned).toHaveBeenCalledTimes(2);
    warned.mockRestore();
  });
});

it("closing the store ends its commands, and leaves a client that was given alone", async () => {
  const redis = await server();
  const { store } = breakerAt({ url: redis.url });
  await store.close();
  const breaker = createBreaker({ name: "b", store, onStoreError: "closed" });
  expect(await succeed(breaker)).toMatchObject({ code: "STORE_UNAVAILABLE" });
});

it.each([
  [{}, "url or client"],
  [{ url: "redis://a", prefix: "a{b}" }, "prefix"],
  [{ url: "redis://a", commandTimeoutMs: 0 }, "commandTimeoutMs"],
  [{ url: "http://a" }, "url"],
])("%o is refused by name", (options, option) => {
  expect(() => redisBreakerStore(options)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID", option }));
});
