import { createCall, createHookChain, StoreUnavailableError } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLimiter } from "../limiter/create-limiter.js";
import { freeGrant } from "../limiter/grant.js";
import { concurrency } from "../limits/concurrency.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { memoryStore } from "../memory/memory-store.js";
import { degrade } from "../strategies/degrade.js";
import { queue } from "../strategies/queue.js";
import type { StrategyChoice } from "../strategies/resolve-strategy.js";
import { retryAfter } from "../strategies/retry-after.js";
import { throttle } from "../strategies/throttle.js";
import { createGuard } from "./create-guard.js";
import type { GuardDecision } from "./guard.js";
import { guardHook } from "./guard-hook.js";

const charge = { bucket: "b", limit: tokenBucket({ refillRate: 10, burst: 2 }) };

function rig(strategy?: StrategyChoice) {
  const clock = createFakeClock();
  const limiter = createLimiter({ store: memoryStore({ clock }), clock });
  const told: GuardDecision[] = [];
  const onDecision = (decision: GuardDecision): void => {
    told.push(decision);
    throw new Error("a listener of one's own");
  };
  const guard = createGuard({ limiter, clock, onDecision, ...(strategy === undefined ? {} : { strategy }) });
  const spend = async (tokens = 2): Promise<void> => void (await limiter.tryAcquire({ ...charge, cost: tokens }));
  return { clock, limiter, guard, told, spend };
}
const done = (): string => "done";

describe("a refusal", () => {
  it("is an error at once under reject, with the time to come back", async () => {
    const { clock, guard, told, spend } = rig("reject");
    expect(await guard.run(charge, done)).toBe("done");
    await spend(1);
    await expect(guard.run(charge, done)).rejects.toMatchObject({
      code: "LIMIT_EXCEEDED",
      bucket: "b",
      retryAfterMs: 100,
    });
    await expect(guard.run({ ...charge, cost: 3 }, done)).rejects.toMatchObject({
      retryAfterMs: Number.POSITIVE_INFINITY,
    });
    expect(told.map(({ outcome }) => outcome)).toEqual(["allowed", "refused", "refused"]);
    expect(clock.now()).toBe(0);
  });

  it("means to wait in a bounded queue under queue; the surplus is refused at once with a code of its own", async () => {
    const { clock, guard, told, spend } = rig(queue({ maxWaiting: 2 }));
    await spend();
    const waiting = [guard.run(charge, done), guard.run(charge, done)];
    await expect(guard.run(charge, done)).rejects.toMatchObject({ code: "QUEUE_FULL", maxWaiting: 2 });
    await clock.advance(200);
    expect(await Promise.all(waiting)).toEqual(["done", "done"]);
    expect(told.map(({ outcome, waitedMs }) => [outcome, waitedMs])).toEqual([
      ["refused", 0],
      ["waited", 100],
      ["waited", 200],
    ]);
  });

  it("means to come back later under retry-after, within bounds", async () => {
    const { clock, guard, spend } = rig(retryAfter({ retries: 1, maxRetryAfterMs: 150 }));
    await spend();
    const coming = guard.run(charge, () => clock.now());
    await clock.advance(100);
    expect(await coming).toBe(100);
    await spend(1);
    await expect(guard.run({ ...charge, cost: 2 }, done)).rejects.toMatchObject({
      code: "LIMIT_EXCEEDED",
      retryAfterMs: 200,
    });
    await expect(guard.run(charge, done, { timeoutMs: 50 })).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
  });

  it("is answered in the task's place under degrade, with a value or what a function makes of it", async () => {
    const { guard, told, spend } = rig(degrade("less"));
    expect(await guard.run(charge, done)).toBe("done");
    await spend(1);
    expect(await guard.run(charge, done)).toBe("less");
    const own = degrade(({ retryAfterMs }: { retryAfterMs: number }) => `in ${retryAfterMs} ms`);
    expect(await guard.run(charge, done, { strategy: own })).toBe("in 100 ms");
    expect(told.at(-1)).toMatchObject({ outcome: "degraded", strategy: "degrade" });
  });

  it("comes late under throttle: delays grow with the pressure, and never fall", async () => {
    const { clock, limiter } = rig();
    const limit = tokenBucket({ refillRate: 0.0001, burst: 100 });
    const guard = createGuard({ limiter, clock, strategy: throttle({ maxDelayMs: 1000, startAt: 0.5 }) });
    const delays: number[] = [];
    for (let n = 0; n < 100; n += 1) {
      const sinceMs = clock.now();
      const running = guard.run({ bucket: "wide", limit }, () => clock.now() - sinceMs);
      await clock.advance(1000);
      delays.push(await running);
    }
    expect(delays.slice(0, 49).every((ms) => ms === 0)).toBe(true);
    expect(delays).toEqual(delays.toSorted((a, b) => a - b));
    expect(delays[98]).toBeGreaterThan(900);
    expect(delays[99]).toBe(1000);
    await expect(guard.run({ bucket: "wide", limit }, done)).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
  });

  it("is whatever a function of one's own says", async () => {
    const { guard, told, spend } = rig(function mine({ bucket }) {
      return { kind: "instead", value: `no ${bucket}` };
    });
    await spend();
    expect(await guard.run(charge, done)).toBe("no b");
    expect(told.at(-1)).toMatchObject({ strategy: "mine" });
  });

  for (const wrong of ["degrade", "wait", 7, {}]) {
    it(`has no strategy named ${JSON.stringify(wrong)}`, () => {
      expect(() => rig(wrong as StrategyChoice)).toThrow(
        expect.objectContaining({ code: "CONFIG_INVALID", option: "strategy" }),
      );
    });
  }
});

describe("a guard", () => {
  it("in shadow holds nobody up, tells who would have been refused, and lets all go when the store is away", async () => {
    const { clock, guard, told, spend } = rig("reject");
    guard.mode = "shadow";
    await spend();
    expect(await guard.run(charge, done)).toBe("done");
    expect(told).toEqual([{ outcome: "shadow-refused", mode: "shadow", strategy: "reject", waitedMs: 0 }]);
    guard.mode = "disabled";
    expect(await guard.run(charge, done)).toBe("done");
    expect(told).toHaveLength(1);
    expect(() => (guard.mode = "off" as "shadow")).toThrow(expect.objectContaining({ option: "mode" }));
    const take = (): never => {
      throw new StoreUnavailableError("away");
    };
    const away = createLimiter({ store: { ...memoryStore({ clock }), take }, clock });
    expect(await createGuard({ limiter: away, mode: "shadow" }).run(charge, done)).toBe("done");
    const broken = { ...away, tryAcquire: () => Promise.reject(new Error("broken")) };
    await expect(createGuard({ limiter: broken, mode: "shadow" }).run(charge, done)).rejects.toThrow("broken");
  });

  it("in shadow takes what there is, for as long as the task runs", async () => {
    const { guard, limiter, told } = rig("reject");
    guard.mode = "shadow";
    expect(guard.mode).toBe("shadow");
    const place = { bucket: "place", limit: concurrency({ max: 1, leaseMs: 60_000 }) };
    const meanwhile = await guard.run(place, () => limiter.peek(place));
    expect(meanwhile).toMatchObject({ kind: "delayed" });
    expect(await limiter.peek(place)).toMatchObject({ kind: "allowed", remaining: 1 });
    expect(told).toMatchObject([{ outcome: "allowed", mode: "shadow" }]);
  });

  it("counts waits from when it was asked", async () => {
    const { clock, guard, told, spend } = rig("queue");
    await clock.advance(5000);
    await spend();
    const running = guard.run(charge, ({ waitedMs }) => waitedMs);
    await clock.advance(100);
    expect(await running).toBe(100);
    await expect(guard.run({ ...charge, cost: 3 }, done)).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
    expect(told.map(({ outcome, waitedMs }) => [outcome, waitedMs])).toEqual([
      ["waited", 100],
      ["refused", 0],
    ]);
  });

  it.each([{}, { limiter: null }, { limiter: {} }])("needs a limiter, which %j is not", (options) => {
    expect(() => createGuard(options as never)).toThrow(
      expect.objectContaining({
        code: "CONFIG_INVALID",
        option: "limiter",
        accepted: expect.stringContaining("createLimiter"),
      }),
    );
  });

  it("releases places once, however the task ends, and never what was spent", async () => {
    const { guard, limiter } = rig("reject");
    const place = { bucket: "place", limit: concurrency({ max: 1, leaseMs: 60_000 }) };
    await guard.run([charge, place], done);
    await expect(guard.run([charge, place], () => Promise.reject(new Error("own")))).rejects.toThrow("own");
    expect(await limiter.peek(place)).toMatchObject({ kind: "allowed", remaining: 1 });
    expect((await limiter.peek(charge)).kind).toBe("delayed");
  });

  it.each(["enforce", "shadow"] as const)(
    "in %s runs nothing for one who gave up between the grant and the task, and gives all back",
    async (mode) => {
      const { clock, limiter } = rig();
      const controller = new AbortController();
      const gone = new Error("gone");
      const guard = createGuard({ limiter, clock, mode, onDecision: () => controller.abort(gone) });
      let ran = false;
      await expect(guard.run(charge, () => (ran = true), { signal: controller.signal })).rejects.toBe(gone);
      expect(ran).toBe(false);
      expect(await limiter.peek(charge)).toMatchObject({ kind: "allowed", remaining: 2 });
    },
  );

  it("fails with the caller's reason also when what was granted cannot be given back", async () => {
    const { clock, limiter } = rig();
    const controller = new AbortController();
    const gone = new Error("gone");
    const grant = { ...freeGrant, giveBack: () => Promise.reject(new StoreUnavailableError("away")) };
    const mine = { name: "mine", admit: async () => ({ kind: "go", grant }) as const };
    const guard = createGuard({ limiter, clock, strategy: mine, onDecision: () => controller.abort(gone) });
    await expect(guard.run(charge, done, { signal: controller.signal })).rejects.toBe(gone);
  });

  it.each([undefined, null, 7, {}, { kind: "gone" }, { kind: "go" }, { kind: "go", grant: {} }])(
    "names the strategy that answers what is no answer: %j",
    async (answer) => {
      const { guard, told, spend } = rig(function mine() {
        return answer as never;
      });
      await spend();
      await expect(guard.run(charge, done)).rejects.toMatchObject({
        code: "CONFIG_INVALID",
        message: expect.stringContaining('what the strategy "mine" returns'),
      });
      expect(told.map(({ outcome }) => outcome)).toEqual(["refused"]);
    },
  );

  it("gives back what a strategy took whose answer is none", async () => {
    const { guard, limiter } = rig({
      name: "mine",
      async admit({ charges }) {
        return { kind: "went", grant: await limiter.acquire(charges) } as never;
      },
    });
    await expect(guard.run(charge, done)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    expect(await limiter.peek(charge)).toMatchObject({ kind: "allowed", remaining: 2 });
  });

  it("counts its queue exactly after any mix of grants, aborts and deadlines", async () => {
    const step = fc.record({
      abortMs: fc.option(fc.nat(300)),
      timeoutMs: fc.integer({ min: 0, max: 600 }),
      thenMs: fc.nat(60),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const line = queue({ maxWaiting: 6 });
        const { clock, guard, spend } = rig(line);
        await spend();
        let settled = 0;
        for (const { abortMs, timeoutMs, thenMs } of steps) {
          const controller = new AbortController();
          if (abortMs !== null) clock.setTimer(() => controller.abort(new Error("gone")), abortMs);
          void guard
            .run(charge, done, { timeoutMs, signal: controller.signal })
            .catch(() => {})
            .finally(() => (settled += 1));
          await clock.advance(thenMs);
          expect(line.waiting).toBeLessThanOrEqual(6);
        }
        await clock.advance(2000);
        expect([line.waiting, settled]).toEqual([0, steps.length]);
      }),
      { numRuns: 60 },
    );
  });

  it("is a hook: what a strategy answers becomes the attempt's result, and waits are no duration", async () => {
    const { clock, guard, spend } = rig("queue");
    let seen: { durationMs: number; waitedMs: number } | undefined;
    const hooks = [
      {
        name: "watch",
        after: (_call: unknown, outcome: { durationMs: number; waitedMs: number }) => void (seen = outcome),
      },
      guardHook({ guard, clock, charges: ({ operation }) => (operation === "free" ? [] : [charge]) }),
    ];
    const chain = createHookChain({ clock, hooks });
    await spend();
    const call = (operation: string) =>
      createCall({ provider: "p", account: "a", operation, verb: "GET", access: "read", idempotent: true, args: [] });
    const running = chain.run("attempt", call("paid"), async () => "answer");
    await clock.advance(100);
    expect(await running).toBe("answer");
    expect(seen).toMatchObject({ durationMs: 0, waitedMs: 100 });
    expect(await chain.run("attempt", call("free"), async () => "at once")).toBe("at once");
  });

  it("is a hook that waits no longer than the call may, and asks nothing where nothing is taken", async () => {
    const { clock, guard, told, spend } = rig("queue");
    await clock.advance(1000);
    const hook = guardHook({ guard, clock, charges: ({ operation }) => (operation === "free" ? [] : [charge]) });
    expect(hook.name).toBe("guard");
    const chain = createHookChain({ clock, hooks: [hook] });
    const call = (init: Partial<Parameters<typeof createCall>[0]>) =>
      createCall({ provider: "p", account: "a", operation: "paid", ...init });
    const run = (init: Partial<Parameters<typeof createCall>[0]>) => chain.run("attempt", call(init), async () => init);
    await run({ operation: "free" });
    expect(told).toEqual([]);
    await spend();
    await expect(run({ deadlineMs: clock.now() + 50 })).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
    await expect(run({ deadlineMs: clock.now() - 50 })).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
    const controller = new AbortController();
    const [aborted, usual, urgent] = [run({ signal: controller.signal }), run({}), run({ priority: 5 })];
    const order: string[] = [];
    void usual.then(() => order.push("usual"));
    void urgent.then(() => order.push("urgent"));
    const gone = new Error("gone");
    controller.abort(gone);
    await expect(aborted).rejects.toBe(gone);
    await clock.advance(200);
    expect(order).toEqual(["urgent", "usual"]);
  });
});
