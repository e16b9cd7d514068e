import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { createLimiter } from "../limiter/create-limiter.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { memoryLock } from "../lock/memory-lock.js";
import { memoryStore } from "../memory/memory-store.js";
import { customLimit } from "./custom-limit.js";
import { memoryStates } from "./memory-states.js";
import { withCustomLimits } from "./with-custom-limits.js";

/** Three in each aligned window of 200 ms. */
const threeInAWindow = customLimit<{ window: number; used: number }>({
  name: "three in a window",
  capacity: 3,
  algorithm: (state, nowMs, cost) => {
    const window = Math.floor(nowMs / 200);
    const used = (state?.window === window ? state.used : 0) + cost;
    return used > 3
      ? { state: { window, used: used - cost }, decision: { allowed: false, retryAfterMs: (window + 1) * 200 - nowMs } }
      : { state: { window, used }, decision: { allowed: true, remaining: 3 - used } };
  },
});

function limiterWithRules() {
  const clock = createFakeClock();
  const store = withCustomLimits(memoryStore({ clock }), {
    lock: memoryLock({ clock }),
    states: memoryStates({ clock }),
  });
  return { clock, limiter: createLimiter({ store, clock }) };
}

describe("a limiter with a rule of its user's own", () => {
  it("lets those who wait go as the rule says, in their order", async () => {
    const { clock, limiter } = limiterWithRules();
    const went: [number, number][] = [];
    const all = Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        limiter
          .acquire({ bucket: "b", limit: threeInAWindow })
          .then(() => went.push([index, Math.floor(clock.now() / 200)])),
      ),
    );
    await clock.advance(1000);
    await all;
    expect(went.map(([index]) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(went.map(([, window]) => window)).toEqual([0, 0, 0, 1, 1, 1, 2, 2]);
  });

  it("takes it together with the built-in ones, all or nothing", async () => {
    const { limiter } = limiterWithRules();
    const bucket = { bucket: "tokens", limit: tokenBucket({ refillRate: 0.001, burst: 2 }) };
    const both = [bucket, { bucket: "b", limit: threeInAWindow }];
    const kinds = [];
    for (let n = 0; n < 4; n += 1) kinds.push((await limiter.tryAcquire(both)).kind);
    expect(kinds).toEqual(["allowed", "allowed", "delayed", "delayed"]);
    expect(await limiter.peek({ bucket: "b", limit: threeInAWindow })).toMatchObject({ kind: "allowed", remaining: 1 });
    expect(await limiter.tryAcquire({ bucket: "b", limit: threeInAWindow, cost: 4 })).toMatchObject({
      kind: "impossible",
    });
  });

  it("is refused by name where the store knows no custom rules, or an answer without a promise is wanted", async () => {
    const charge = { bucket: "b", limit: threeInAWindow };
    await expect(createLimiter({ store: memoryStore() }).tryAcquire(charge)).rejects.toMatchObject({ option: "store" });
    const { limiter } = limiterWithRules();
    expect(() => limiter.tryAcquireSync(charge)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });
});
