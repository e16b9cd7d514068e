import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { createGuard } from "../guard/create-guard.js";
import type { GuardRunOptions } from "../guard/guard.js";
import { createLimiter } from "../limiter/create-limiter.js";
import { concurrency } from "../limits/concurrency.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { memoryStore } from "../memory/memory-store.js";
import { degrade } from "./degrade.js";
import { queue } from "./queue.js";
import { resolveStrategy, type StrategyChoice } from "./resolve-strategy.js";
import { retryAfter } from "./retry-after.js";
import type { Refusal } from "./strategy.js";
import { throttle } from "./throttle.js";

const charge = { bucket: "b", limit: tokenBucket({ refillRate: 10, burst: 2 }) };
const slow = { bucket: "slow", limit: tokenBucket({ refillRate: 1e-4, burst: 100 }) };

function rig(strategy: StrategyChoice) {
  const clock = createFakeClock();
  const limiter = createLimiter({ store: memoryStore({ clock }), clock });
  const guard = createGuard({ limiter, clock, strategy });
  /** How long a run of it takes, or its error. */
  const run = (charges: Parameters<typeof guard.run>[0] = charge, how: GuardRunOptions = {}): Promise<unknown> => {
    const sinceMs = clock.now();
    return guard.run(charges, () => clock.now() - sinceMs, how).catch((error: unknown) => error);
  };
  const spend = async (tokens = 2): Promise<void> => void (await limiter.tryAcquire({ ...charge, cost: tokens }));
  return { clock, limiter, guard, run, spend };
}

describe("retry-after", () => {
  it("comes back three times within ten seconds, unless told otherwise", async () => {
    const { clock, limiter, run } = rig("retry-after");
    await limiter.observe(charge, { retryAfterMs: 1000 });
    const coming = run();
    for (let n = 0; n < 3; n += 1) {
      await clock.advance(999);
      await limiter.observe(charge, { retryAfterMs: 1001 });
      await clock.advance(1);
    }
    expect(await coming).toMatchObject({ code: "LIMIT_EXCEEDED", message: expect.stringContaining("refused 4 times") });
    expect(clock.pending).toBe(0);
  });

  it("stays away as long as it may, and not a moment longer", async () => {
    const { clock, run, spend } = rig(retryAfter({ maxRetryAfterMs: 100 }));
    await spend();
    const coming = run();
    await clock.advance(100);
    expect(await coming).toBe(100);
    expect(await run({ ...charge, cost: 2 })).toMatchObject({
      message: expect.stringContaining("too long to come back"),
    });
    const inTime = run(charge, { timeoutMs: 100 });
    await clock.advance(100);
    expect(await inTime).toBe(100);
    expect(await run(charge, { timeoutMs: 99 })).toMatchObject({ code: "LIMIT_EXCEEDED" });
  });

  it("of no retries refuses at once", async () => {
    const { clock, run, spend } = rig(retryAfter({ retries: 0 }));
    await spend();
    expect(await run()).toMatchObject({ code: "LIMIT_EXCEEDED", retryAfterMs: 100 });
    expect(clock.pending).toBe(0);
  });
});

describe("throttle", () => {
  it("delays by the square of what is missing beyond half, up to a second", async () => {
    const { clock, limiter, run } = rig("throttle");
    await limiter.tryAcquire({ ...slow, cost: 49 });
    expect(await run(slow)).toBe(0);
    await limiter.tryAcquire({ ...slow, cost: 24 });
    // 75 of 100 are gone with this one: half of what is beyond half.
    const coming = run(slow);
    await clock.advance(1000);
    expect(await coming).toBeCloseTo(250, 6);
  });

  it("waits for a token as long as it would delay, and no longer than the caller", async () => {
    const { clock, run, spend } = rig(throttle({ maxDelayMs: 140 }));
    await spend();
    const coming = run();
    await clock.advance(150);
    // The token at 100 ms is the last again: the delay was the wait for it.
    expect(await coming).toBe(100);
    await spend(1);
    expect(await run({ ...charge, cost: 2 })).toMatchObject({ code: "LIMIT_EXCEEDED" });
    expect(await run(charge, { timeoutMs: 20 })).toMatchObject({ code: "LIMIT_EXCEEDED" });
  });

  it("gives the token back when the caller goes during the delay, and leaves the queue when it goes there", async () => {
    const { clock, limiter, run } = rig("throttle");
    await limiter.tryAcquire({ ...slow, cost: 99 });
    const gone = new Error("gone");
    const during = (): AbortSignal => {
      const controller = new AbortController();
      clock.setTimer(() => controller.abort(gone), 10);
      return controller.signal;
    };
    const delayed = run(slow, { signal: during() });
    await clock.advance(20);
    expect(await delayed).toBe(gone);
    expect(await limiter.peek(slow)).toMatchObject({ kind: "allowed", remaining: 1 });
    await limiter.tryAcquire(charge);
    await limiter.tryAcquire(charge);
    const waiting = run(charge, { signal: during() });
    await clock.advance(20);
    expect(await waiting).toBe(gone);
  });

  it("knows no pressure where nothing is counted, and that of the smallest bucket where there are several", async () => {
    const { clock, limiter, run } = rig("throttle");
    expect(await run([])).toBe(0);
    const wide = { bucket: "wide", limit: tokenBucket({ refillRate: 1e-4, burst: 10_000 }) };
    await limiter.tryAcquire({ ...slow, cost: 74 });
    const coming = run([wide, slow]);
    await clock.advance(1000);
    expect(await coming).toBeCloseTo(250, 6);
  });
});

describe("queue", () => {
  it("tells a surplus how long the latest had waited, a millisecond at least", async () => {
    const { clock, run, spend } = rig(queue({ maxWaiting: 1 }));
    await spend();
    const first = run();
    await clock.advance(0);
    expect(await run()).toMatchObject({ code: "QUEUE_FULL", retryAfterMs: 1 });
    await clock.advance(100);
    await first;
    for (let n = 0; n < 40; n += 1) {
      const next = run();
      await clock.advance(0);
      if (n === 39) expect(await run()).toMatchObject({ retryAfterMs: expect.closeTo(100, 0) });
      await clock.advance(100);
      await next;
    }
  });

  it("is bounded too for those who ask at the same moment", async () => {
    const { clock, run, spend } = rig(queue({ maxWaiting: 2 }));
    await spend();
    const all = [run(), run(), run(), run()];
    await clock.advance(1000);
    const codes = (await Promise.all(all)).map((one) => (one as { code?: string }).code ?? one);
    expect(codes).toEqual([100, 200, "QUEUE_FULL", "QUEUE_FULL"]);
  });
});

describe("degrade", () => {
  it("runs the task while there are tokens, and answers in its place afterwards", async () => {
    const { guard, run, spend } = rig(degrade("less"));
    expect(await run()).toBe(0);
    await spend(1);
    expect(await guard.run(charge, () => "all")).toBe("less");
  });

  it("awaits what a function makes of the refusal", async () => {
    const own = degrade(async ({ bucket, retryAfterMs }: Refusal) => ({ bucket, retryAfterMs }));
    const { run, spend } = rig(own);
    await spend();
    expect(own.name).toBe("degrade");
    expect(await run()).toEqual({ bucket: "b", retryAfterMs: 100 });
  });
});

describe("reject", () => {
  it("runs the task while there are tokens, and refuses afterwards with the time to come back", async () => {
    const { clock, run, spend } = rig("reject");
    expect(await run()).toBe(0);
    await spend(1);
    expect(await run()).toMatchObject({ code: "LIMIT_EXCEEDED", bucket: "b", retryAfterMs: 100 });
    expect(clock.pending).toBe(0);
  });
});

describe("a refusal's words", () => {
  it("say that a cost is above the burst, where waiting would never help", async () => {
    const { run } = rig("reject");
    expect(await run({ ...charge, cost: 3 })).toMatchObject({
      message: expect.stringContaining("the cost is above the burst of 2"),
      retryAfterMs: Number.POSITIVE_INFINITY,
    });
    const place = { bucket: "p", limit: concurrency({ max: 1, leaseMs: 500 }), cost: 2 };
    expect(await run(place)).toMatchObject({ message: expect.stringContaining("the burst of 1") });
  });
});

describe("a strategy of one's own", () => {
  it("is named by its function, or custom, and asked about refusals alone", async () => {
    expect(resolveStrategy(() => ({ kind: "instead", value: 1 })).name).toBe("custom");
    const { guard, run, spend } = rig(function less() {
      return { kind: "instead", value: "less" };
    });
    expect(await run()).toBe(0);
    await spend(1);
    expect(await guard.run(charge, () => "all")).toBe("less");
  });

  it.each([undefined, null, "constructor", "toString", { admit: 7 }, []])("is none: %j", (choice) => {
    expect(() => resolveStrategy(choice as StrategyChoice)).toThrow(expect.objectContaining({ option: "strategy" }));
  });
});
