import { createHookChain, runCall } from "@sluice/core";
import { rateLimitHook } from "@sluice/kit";
import { concurrency, createGuard, createLimiter, queue, type Store, tokenBucket } from "@sluice/limiter";
import { redisLock } from "@sluice/limiter-redis";
import { startRedisServer } from "@sluice/test/redis-server";
import { getEventListeners } from "node:events";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import { member } from "./e-support.js";
import { fault } from "./fault.js";

/** So slow that nothing comes by itself during a test. */
function still(burst: number): ReturnType<typeof tokenBucket> {
  return tokenBucket({ refillRate: 1e-3, burst });
}

class CallersReason extends Error {}

for (const [calls, slow] of [
  [1_500, false],
  [10_000, true],
] as const) {
  fault(
    {
      id: "E8",
      fault: `${calls} callers abort while they wait, at random moments`,
      expected:
        "each rejects with its own reason; tokens and places go back; nobody stays in the queue, no listener on a signal",
      slow,
      timeoutMs: 120_000,
    },
    async () => {
      await using server = await startRedisServer();
      await using own = member({ url: server.url });
      const waiting = queue({ maxWaiting: calls });
      const guard = createGuard({ limiter: own.limiter, strategy: waiting });
      const rate = { bucket: "rate", limit: tokenBucket({ refillRate: 1000, burst: 20 }) };
      const counted = { bucket: "counted", limit: still(calls) };
      const places = { bucket: "places", limit: concurrency({ max: 5, leaseMs: 60_000 }) };
      await own.limiter.peek(rate);
      let used = 0;
      let aborted = 0;
      let strange: unknown;
      const signals: AbortSignal[] = [];
      await Promise.all(
        Array.from({ length: calls }, async (_, call) => {
          const controller = new AbortController();
          const reason = new CallersReason(String(call));
          signals.push(controller.signal);
          await rest((Math.random() * calls) / 5);
          // Some of them before the question is even sent.
          if (Math.random() < 0.05) queueMicrotask(() => controller.abort(reason));
          else setTimeout(() => controller.abort(reason), (Math.random() * calls) / 6);
          await guard
            .run(
              [rate, counted, places],
              async () => {
                used += 1;
                await rest(Math.random() * 4);
              },
              { signal: controller.signal },
            )
            .catch((error: unknown) => {
              if (error === reason) aborted += 1;
              else strange = error;
            });
        }),
      );
      expect(strange).toBeUndefined();
      expect(used + aborted).toBe(calls);
      expect(used).toBeGreaterThan(0);
      expect(aborted).toBeGreaterThan(0);
      const look = async (): Promise<readonly number[]> =>
        Promise.all(
          [counted, places].map(async (charge) => {
            const decision = await own.limiter.peek(charge);
            return decision.kind === "allowed" ? decision.remaining : 0;
          }),
        );
      await expect.poll(look, { timeout: 10_000 }).toEqual([calls - used, 5]);
      const listeners = signals.reduce((sum, signal) => sum + getEventListeners(signal, "abort").length, 0);
      expect([waiting.waiting, listeners]).toEqual([0, 0]);
      return `${used} used, ${aborted} aborted; tokens leaked 0, places leaked 0, listeners leaked ${listeners}, queue ${waiting.waiting}`;
    },
  );
}

const moments = {
  "before the reply is read": (abort: () => void) => abort(),
  "in the reply's own turn": (abort: () => void) => queueMicrotask(abort),
  "some microtasks later": async (abort: () => void) => {
    for (let hop = 0; hop < Math.random() * 8; hop += 1) await Promise.resolve();
    abort();
  },
  "a turn later": (abort: () => void) => void setImmediate(abort),
} as const;

fault(
  {
    id: "E9",
    fault: "abort and grant in the same turn",
    expected: "what was granted is used or goes back: never both, never neither",
  },
  async () => {
    await using server = await startRedisServer();
    await using own = member({ url: server.url });
    const said: string[] = [];
    for (const [moment, at] of Object.entries(moments)) {
      const controllers = new Map<string, AbortController>();
      let last: AbortController | undefined;
      const store: Store = {
        ...own.store,
        latencyMs: own.store.latencyMs,
        async take(request) {
          const controller = controllers.get(request.id) ?? last;
          const reply = await own.store.take(request);
          if (controller !== undefined) void at(() => controller.abort(new CallersReason()));
          return reply;
        },
      };
      const limiter = createLimiter({ store, provider: "test", account: moment });
      const rounds = 150;
      const charges = [
        { bucket: "b", limit: still(rounds) },
        { bucket: "p", limit: concurrency({ max: 1000, leaseMs: 60_000 }) },
      ];
      let uses = 0;
      for (let round = 0; round < rounds; round += 1) {
        last = new AbortController();
        await limiter.acquire(charges, { signal: last.signal }).then(
          () => (uses += 1),
          (error: unknown) => expect(error).toBeInstanceOf(CallersReason),
        );
      }
      last = undefined;
      const left = async (index: number): Promise<number> => {
        const decision = await limiter.peek(charges[index] ?? []);
        return decision.kind === "allowed" ? decision.remaining : 0;
      };
      await expect.poll(() => left(0), { timeout: 10_000 }).toBe(rounds - uses);
      await expect.poll(() => left(1), { timeout: 10_000 }).toBe(1000 - uses);
      await limiter.close();
      said.push(`${moment}: ${uses} used, ${rounds - uses} returned`);
    }
    return `grants - uses - returns = 0; ${said.join("; ")}`;
  },
);

fault(
  {
    id: "E10",
    fault: "the caller aborts during the vendor's call",
    expected: "its place is released, once; its token stays spent, since the request was sent",
  },
  async () => {
    await using server = await startRedisServer();
    await using own = member({ url: server.url });
    let givenBack = 0;
    const store: Store = {
      ...own.store,
      latencyMs: own.store.latencyMs,
      giveBack: (request) => ((givenBack += 1), own.store.giveBack(request)),
    };
    const limiter = createLimiter({ store, provider: "test", account: "e10" });
    const rate = { bucket: "rate", limit: still(100) };
    const place = { bucket: "places", limit: concurrency({ max: 2, leaseMs: 60_000 }) };
    const hook = rateLimitHook({
      limiterFor: () => limiter,
      quota: () => [rate, place],
      feedback: () => undefined,
      mode: () => "enforce",
    });
    const chain = createHookChain({ hooks: [hook] });
    const rounds = 20;
    for (let round = 0; round < rounds; round += 1) {
      const controller = new AbortController();
      const reason = new CallersReason();
      const request = { provider: "test", account: "e10", operation: "o", timeoutMs: 5000, signal: controller.signal };
      const call = runCall(chain, request, (logical) =>
        chain.run("attempt", logical, (attempt) => {
          attempt.progress.sent = true;
          setTimeout(() => controller.abort(reason), Math.random() * 5);
          return new Promise((_, reject) =>
            attempt.signal.addEventListener("abort", () => reject(attempt.signal.reason as Error)),
          );
        }),
      );
      await expect(call).rejects.toBe(reason);
    }
    await expect
      .poll(async () => (await limiter.peek(place)) as unknown, { timeout: 10_000 })
      .toMatchObject({ remaining: 2 });
    expect(givenBack).toBe(rounds);
    expect(await limiter.peek(rate)).toMatchObject({ remaining: 100 - rounds });
    await limiter.close();
    return `places leaked 0, releases ${givenBack} of ${rounds}; tokens spent ${rounds}`;
  },
);

fault(
  {
    id: "E11",
    fault: "double release, release of a lock by another handle, release after the lease",
    expected: "others are not disturbed, and each release says whether it freed anything",
  },
  async () => {
    await using server = await startRedisServer();
    await using own = member({ url: server.url });
    const place = { bucket: "places", limit: concurrency({ max: 2, leaseMs: 60_000 }) };
    const token = { bucket: "tokens", limit: still(10) };
    const first = await own.limiter.acquire([place, token]);
    const second = await own.limiter.acquire([place, token]);
    await Promise.all([first.release(), first.release()]);
    await first.release();
    // Given back after it was released: the place is free already, and the token goes back once.
    await Promise.all([first.giveBack(), first.giveBack()]);
    const third = await own.limiter.acquire(place);
    expect(await own.limiter.tryAcquire(place)).toMatchObject({ kind: "delayed" });
    expect([await first.renew(), await second.renew(), await third.renew()]).toEqual([false, true, true]);
    expect(await own.limiter.peek(token)).toMatchObject({ remaining: 9 });

    const { url } = server;
    const [lock, other] = [redisLock({ url, commandTimeoutMs: 5000 }), redisLock({ url, commandTimeoutMs: 5001 })];
    const released: boolean[] = [];
    const one = await lock.acquire("e11", { leaseMs: 100 });
    await rest(150);
    const next = await other.acquire("e11", { leaseMs: 5000 });
    // Late, and foreign too: the lock is another one's by now.
    released.push(await one.release(), await one.release());
    next.assertHeld();
    await expect(lock.acquire("e11", { timeoutMs: 0 })).rejects.toMatchObject({ code: "LOCK_UNAVAILABLE" });
    released.push(await next.release(), await next.release());
    for (const closing of [lock, other]) await closing.close();
    expect(released).toEqual([false, false, true, false]);
    return `other holders disturbed 0; releases answered ${released.join(", ")} (late, again, own, again)`;
  },
);
