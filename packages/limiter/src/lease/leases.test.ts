import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { createLimiter } from "../limiter/create-limiter.js";
import type { Charge } from "../limits/charge.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { memoryStore } from "../memory/memory-store.js";
import type { Store } from "../store/store.js";
import type { LeaseOptions } from "./options.js";

const limit = tokenBucket({ refillRate: 100, burst: 200 });
const charge = { bucket: "hot", limit };

/** Limiters over one store, as processes have them; draws are answered at once, but only when somebody lets time pass. */
function fleet(size: number, lease: LeaseOptions = {}) {
  const clock = createFakeClock();
  const inner = memoryStore({ clock });
  let questions = 0;
  // A store over a network has no quick answer of its own.
  const { decide: _decide, immediate: _immediate, ...rest } = inner;
  const store: Store = {
    ...rest,
    peers: size,
    take: async (request) => {
      questions += 1;
      return inner.take(request);
    },
  };
  const limiters = Array.from({ length: size }, () => createLimiter({ store, clock, lease }));
  const left = async (of: Charge): Promise<number> => {
    const decision = await createLimiter({ store: inner, clock }).peek(of);
    return decision.kind === "allowed" ? decision.remaining : 0;
  };
  return { clock, limiters, left, asked: () => questions };
}

describe("a limiter with leases", () => {
  it("decides at once from tokens drawn before, and asks the store far less often than it is asked", async () => {
    const { clock, limiters, asked } = fleet(1);
    const [limiter] = limiters as [(typeof limiters)[0]];
    expect(limiter.tryAcquireSync(charge).kind).toBe("delayed");
    let allowed = 0;
    for (let n = 0; n < 5000; n += 1) {
      if (limiter.tryAcquireSync(charge).kind === "allowed") allowed += 1;
      await clock.advance(1);
    }
    expect(allowed).toBeGreaterThan(200 + 495);
    expect(allowed).toBeLessThanOrEqual(200 + 500);
    expect(asked()).toBeLessThan(300);
  });

  it.each([
    ["leases", {}],
    ["leases for returning callers", { returningOnly: true }],
    ["leases that last long", { aheadMs: 500, idleMs: 900 }],
  ])("never spends more than the limit, however many processes hold %s", async (_, lease) => {
    const { clock, limiters } = fleet(4, lease);
    const grants: number[] = [];
    for (let ms = 0; ms < 8000; ms += 1) {
      // Some are busy, some come and go, and all fall silent for a second.
      const quiet = ms > 3000 && ms < 4000;
      for (const [index, limiter] of limiters.entries())
        if (!quiet && (index < 2 || ms % 700 < 50) && limiter.tryAcquireSync(charge).kind === "allowed")
          grants.push(ms);
      await clock.advance(1);
    }
    let worst = Number.NEGATIVE_INFINITY;
    for (let first = 0; first < grants.length; first += 7)
      for (let last = first; last < grants.length; last += 1) {
        const elapsedS = ((grants[last] as number) - (grants[first] as number)) / 1000;
        worst = Math.max(worst, last - first + 1 - limit.burst - limit.refillRate * elapsedS);
      }
    expect(worst).toBeLessThanOrEqual(0);
    expect(grants.length).toBeGreaterThan(0.95 * (200 + 100 * 7));
  });

  it("gives back what is not spent when nobody asks any more, and when it closes", async () => {
    const { clock, limiters, left } = fleet(1, { idleMs: 100 });
    const [limiter] = limiters as [(typeof limiters)[0]];
    const slow = { bucket: "slow", limit: tokenBucket({ refillRate: 0.01, burst: 100 }) };
    const drain = async (): Promise<number> => {
      let spent = 0;
      for (let n = 0; n < 40; n += 1) {
        if (limiter.tryAcquireSync(slow).kind === "allowed") spent += 1;
        await clock.advance(1);
      }
      return spent;
    };
    let spent = await drain();
    const inStore = async () => {
      const decision = await limiter.peek(slow);
      return decision.kind === "allowed" ? decision.remaining : 0;
    };
    expect(await inStore()).toBeLessThan(100 - spent);
    await clock.advance(300);
    expect(await inStore()).toBe(100 - spent);
    spent += await drain();
    await limiter.close();
    expect(await left(slow)).toBe(100 - spent);
  });

  it("leaves half of the burst to the others, so that nobody is starved by a lease", async () => {
    const { clock, limiters } = fleet(2, { maxTokens: 1e6, aheadMs: 1000 });
    const [greedy, late] = limiters as [(typeof limiters)[0], (typeof limiters)[0]];
    for (let n = 0; n < 90; n += 1) {
      greedy.tryAcquireSync(charge);
      await clock.advance(1);
    }
    late.tryAcquireSync(charge);
    await clock.advance(1);
    expect(late.tryAcquireSync(charge).kind).toBe("allowed");
  });

  it("shares a scarce limit evenly between processes that want all of it", async () => {
    const { clock, limiters } = fleet(4);
    const got = limiters.map(() => 0);
    for (let ms = 0; ms < 20_000; ms += 1) {
      for (const [index, limiter] of limiters.entries())
        if (limiter.tryAcquireSync(charge).kind === "allowed") got[index] = (got[index] as number) + 1;
      await clock.advance(1);
    }
    const even = got.reduce((a, b) => a + b, 0) / got.length;
    for (const own of got) expect(Math.abs(own / even - 1)).toBeLessThan(0.15);
  });

  it("spends nothing from a lease that may have ended meanwhile", async () => {
    const { clock, limiters } = fleet(1, { idleMs: 60_000 });
    const [limiter] = limiters as [(typeof limiters)[0]];
    for (let n = 0; n < 50; n += 1) {
      limiter.tryAcquireSync(charge);
      await clock.advance(1);
    }
    expect(limiter.tryAcquireSync(charge).kind).toBe("allowed");
    await clock.advance(1000);
    expect(limiter.tryAcquireSync(charge).kind).toBe("delayed");
    await clock.advance(1);
    expect(limiter.tryAcquireSync(charge).kind).toBe("allowed");
  });

  it("lets whoever waits go before those who ask again and again", async () => {
    const { clock, limiters } = fleet(1);
    const [limiter] = limiters as [(typeof limiters)[0]];
    await limiter.acquire({ ...charge, cost: 200 });
    const waiting = limiter.acquire(charge);
    expect(limiter.tryAcquireSync(charge)).toMatchObject({ kind: "delayed" });
    await clock.advance(20);
    await waiting;
  });

  it("holds its tokens back while the provider wants a pause", async () => {
    const { clock, limiters } = fleet(1);
    const [limiter] = limiters as [(typeof limiters)[0]];
    for (let n = 0; n < 20; n += 1) {
      limiter.tryAcquireSync(charge);
      await clock.advance(1);
    }
    await limiter.observe(charge, { retryAfterMs: 400 });
    for (let ms = 0; ms < 399; ms += 1) {
      expect(limiter.tryAcquireSync(charge).kind, `after ${ms} ms`).toBe("delayed");
      await clock.advance(1);
    }
  });

  it("for returning callers only: whoever comes once costs no draw, whoever comes again is decided here", async () => {
    const { clock, limiters, asked } = fleet(1, { returningOnly: true, idleMs: 200 });
    const [limiter] = limiters as [(typeof limiters)[0]];
    for (let n = 0; n < 50; n += 1) {
      const once = { bucket: `once ${n}`, limit };
      // A question that is put again at once is the same visit.
      expect(limiter.tryAcquireSync(once).kind).toBe("delayed");
      expect(limiter.tryAcquireSync(once).kind).toBe("delayed");
    }
    await clock.advance(500);
    // Too late to be a return.
    expect(limiter.tryAcquireSync({ bucket: "once 1", limit }).kind).toBe("delayed");
    expect(asked()).toBe(0);
    for (let n = 0; n < 2; n += 1) {
      limiter.tryAcquireSync(charge);
      await clock.advance(20);
    }
    expect(limiter.tryAcquireSync(charge).kind).toBe("allowed");
    expect(asked()).toBeGreaterThan(0);
  });

  it("goes on at once under other numbers, for returning callers too", async () => {
    const { clock, limiters } = fleet(1, { returningOnly: true });
    const [limiter] = limiters as [(typeof limiters)[0]];
    const wider = { bucket: "hot", limit: tokenBucket({ refillRate: 200, burst: 400 }) };
    for (let n = 0; n < 3; n += 1) {
      limiter.tryAcquireSync(charge);
      await clock.advance(5);
    }
    limiter.tryAcquireSync(wider);
    await clock.advance(5);
    expect(limiter.tryAcquireSync(wider).kind).toBe("allowed");
  });

  it("says no, and asks nothing, when more buckets are in use than it keeps tokens of", async () => {
    const { clock, limiters, asked } = fleet(1);
    const [limiter] = limiters as [(typeof limiters)[0]];
    for (let n = 0; n < 10_000; n += 1) limiter.tryAcquireSync({ bucket: `user ${n}`, limit });
    expect(asked()).toBe(10_000);
    await clock.advance(1);
    const oneMore = { bucket: "one more", limit };
    expect(limiter.tryAcquireSync(oneMore).kind).toBe("delayed");
    expect(asked()).toBe(10_000);
    expect((await limiter.tryAcquire(oneMore)).kind).toBe("allowed");
  });

  /** Draws for each of so many buckets, each of which is asked once a millisecond for 1.5 s. */
  const draws = async (buckets: number, burst: number): Promise<number> => {
    const { clock, limiters, asked } = fleet(1, { aheadMs: 10 });
    const [limiter] = limiters as [(typeof limiters)[0]];
    const own = tokenBucket({ refillRate: burst, burst });
    for (let ms = 0; ms < 1500; ms += 1) {
      for (let n = 0; n < buckets; n += 1) limiter.tryAcquireSync({ bucket: `user ${n}`, limit: own });
      await clock.advance(1);
    }
    return asked() / buckets;
  };

  it("draws for longer where many buckets are in use, so that drawing does not take all the time", async () => {
    expect(await draws(600, 4000)).toBeLessThan((await draws(1, 4000)) / 5);
  });

  it("draws for longer where that leaves plenty to the others", async () => {
    expect(await draws(1, 1e6)).toBeLessThan((await draws(1, 4000)) / 5);
  });

  for (const [option, value] of [
    ["returningOnly", 1 as unknown as boolean],
    ["aheadMs", 0],
    ["idleMs", Number.NaN],
    ["maxTokens", 1.5],
  ] as const) {
    it(`refuses a bad ${option} by name`, () => {
      expect(() => createLimiter({ store: memoryStore(), lease: { [option]: value } })).toThrow(
        expect.objectContaining({ code: "CONFIG_INVALID", option: `lease.${option}` }),
      );
    });
  }
});
