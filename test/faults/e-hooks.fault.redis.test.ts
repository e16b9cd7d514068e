import { type Call, createHookChain, type Hook, runCall } from "@sluice/core";
import { rateLimitHook } from "@sluice/kit";
import { concurrency, createBreaker, createGuard, createLimiter, memoryStore, tokenBucket } from "@sluice/limiter";
import { redisBreakerStore, redisStore } from "@sluice/limiter-redis";
import { startRedisServer } from "@sluice/test/redis-server";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import { ms } from "./e-support.js";
import { fault } from "./fault.js";
import { stopwatch, watchStalls } from "../src/stalls/index.js";

const TIMEOUT_MS = 200;
const forever = (): Promise<never> => new Promise(() => {});
const fails = (): never => {
  throw new Error("a hook of one's own");
};

/** What a hook of each kind does to a call that would have answered, and what the caller gets. */
const kinds: readonly { readonly hook: Omit<Hook, "name">; readonly becomes: "answer" | "its error" | "timeout" }[] = [
  { hook: { before: fails }, becomes: "its error" },
  { hook: { wrap: fails }, becomes: "its error" },
  { hook: { after: fails }, becomes: "answer" },
  { hook: { after: async () => fails() }, becomes: "answer" },
  { hook: { before: forever }, becomes: "timeout" },
  { hook: { wrap: forever }, becomes: "timeout" },
  // The answer was there before its time was up.
  { hook: { after: forever }, becomes: "answer" },
];

fault(
  {
    id: "E14",
    fault: "hooks of each kind throw or hang",
    expected: `before and wrap veto the call, after and error change nothing; what hangs is cut at the deadline of ${TIMEOUT_MS} ms + 50 ms; each failure is reported`,
  },
  async () => {
    let longest = 0;
    using stalls = watchStalls();
    const said: string[] = [];
    for (const stage of ["call", "attempt"] as const) {
      for (const { hook, becomes } of kinds) {
        const reported: string[] = [];
        const chain = createHookChain({
          hooks: [{ ...hook, name: "bad", stage }],
          onHookError: ({ kind }) => reported.push(kind),
        });
        const took = stopwatch(stalls);
        const end = await runCall(
          chain,
          { provider: "p", account: "a", operation: "o", timeoutMs: TIMEOUT_MS },
          (call) => chain.run("attempt", call, async () => "answer"),
        ).catch((error: { code?: string; message: string }) => error.code ?? error.message);
        const { tookMs, stalledMs } = took();
        longest = Math.max(longest, tookMs - stalledMs);
        const [kind] = Object.keys(hook);
        const wanted = { answer: "answer", "its error": "a hook of one's own", timeout: "DEADLINE_EXCEEDED" }[becomes];
        expect(end, `${stage} ${kind}`).toBe(wanted);
        if (kind === "after") expect(reported, `${stage} ${kind}`).toEqual(["after"]);
      }
    }
    const chain = createHookChain({ hooks: [{ name: "bad", error: fails }], onHookError: fails });
    const failing = runCall(chain, { provider: "p", account: "a", operation: "o", timeoutMs: TIMEOUT_MS }, (call) =>
      chain.run("attempt", call, async () => Promise.reject(new Error("the vendor's"))),
    );
    await expect(failing).rejects.toThrow("the vendor's");
    said.push(`longest call ${ms(longest)} of ${TIMEOUT_MS} ms`);
    // The deadline, its 50 ms, and what a busy machine adds.
    expect(longest).toBeLessThan(TIMEOUT_MS + 150);
    return said.join("; ");
  },
);

fault(
  {
    id: "E14",
    fault: "a hook calls the limiter that it runs under, for the only place there is",
    expected: `the call ends at its deadline of ${TIMEOUT_MS} ms and gives all back: it cannot lock itself out for longer`,
  },
  async () => {
    await using server = await startRedisServer();
    const store = redisStore({ url: server.url, onStoreError: "closed" });
    const limiter = createLimiter({ store, provider: "test", account: "acme" });
    const place = { bucket: "place", limit: concurrency({ max: 1, leaseMs: 60_000 }) };
    const hooks: Hook[] = [
      rateLimitHook({
        limiterFor: () => limiter,
        quota: () => [place],
        feedback: () => undefined,
        mode: () => "enforce",
      }),
      {
        name: "re-enters",
        async before(call: Call) {
          await limiter.acquire(place, { signal: call.signal });
        },
      },
    ];
    const chain = createHookChain({ hooks });
    const takes: number[] = [];
    using stalls = watchStalls();
    for (let round = 0; round < 3; round += 1) {
      const took = stopwatch(stalls);
      const call = runCall(chain, { provider: "p", account: "a", operation: "o", timeoutMs: TIMEOUT_MS }, (logical) =>
        chain.run("attempt", logical, async () => "answer"),
      );
      await expect(call).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
      const { tookMs, stalledMs } = took();
      takes.push(tookMs - stalledMs);
      await expect.poll(() => limiter.peek(place), { timeout: 10_000 }).toMatchObject({ remaining: 1 });
    }
    await limiter.close();
    await store.close();
    expect(Math.max(...takes)).toBeLessThan(TIMEOUT_MS + 150);
    return `longest call ${ms(Math.max(...takes))}, places leaked 0`;
  },
);

fault(
  {
    id: "E15",
    fault: "every listener throws: of the store, the breaker, its store, the guard and the shadow",
    expected: "no call is affected, and the store comes back as if nobody had listened",
  },
  async () => {
    const server = await startRedisServer();
    const { url } = server;
    const heard = new Set<string>();
    const listener = (name: string) => (): never => {
      heard.add(name);
      throw new Error(`listener ${name}`);
    };
    const store = redisStore({ url, onStoreError: "open", commandTimeoutMs: 200, onEvent: listener("store") });
    const limiter = createLimiter({ store, provider: "test", account: "acme" });
    const shadow = createLimiter({ store: memoryStore(), mode: "shadow", onShadowDecision: listener("shadow") });
    const guard = createGuard({ limiter, onDecision: listener("guard") });
    const breakerStore = redisBreakerStore({ url, commandTimeoutMs: 200, onEvent: listener("breaker store") });
    const breaker = createBreaker({
      name: "e15",
      store: breakerStore,
      onEvent: listener("breaker"),
      isFailure: listener("isFailure"),
    });
    const charge = { bucket: "b", limit: tokenBucket({ refillRate: 1000, burst: 1000 }) };
    let failed = 0;
    let calls = 0;
    const each = async (): Promise<void> => {
      const asked = [
        limiter.tryAcquire(charge),
        limiter.acquire(charge, { timeoutMs: 30_000 }),
        shadow.tryAcquire(charge),
        guard.run(charge, () => {}),
        breaker.run(async () => {}),
        breaker.refresh(),
      ];
      calls += asked.length;
      for (const { status } of await Promise.allSettled(asked)) if (status === "rejected") failed += 1;
    };
    await each();
    server.pause();
    for (let round = 0; round < 4; round += 1) await each();
    expect(store.mode).toBe("open");
    server.resume();
    await expect.poll(() => store.mode, { timeout: 10_000 }).toBe("shared");
    await each();
    // A state of its own is told too.
    const back = (): Promise<boolean> =>
      breaker.force("open").then(
        () => true,
        () => false,
      );
    await expect.poll(back, { timeout: 10_000 }).toBe(true);
    await breaker.force("closed");
    await rest(10);
    for (const one of [limiter, shadow, breaker, breakerStore, store, server])
      await ("stop" in one ? one.stop() : one.close());
    expect(failed).toBe(0);
    expect([...heard].toSorted()).toEqual(["breaker", "breaker store", "guard", "isFailure", "shadow", "store"]);
    return `calls failed ${failed} of ${calls}, with ${heard.size} listeners that throw`;
  },
);
