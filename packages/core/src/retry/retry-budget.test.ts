import { describe, expect, it } from "vitest";
import { createCall } from "../call/call.js";
import { createHookChain } from "../hooks/hook-chain.js";
import { createFakeClock } from "../testing/fake-clock.js";
import { retry } from "./retry.js";
import { createRetryBudget } from "./retry-budget.js";

const spendAll = (budget: { trySpend(): boolean }): number => {
  let spent = 0;
  while (budget.trySpend()) spent += 1;
  return spent;
};

describe("a retry budget", () => {
  it("allows its capacity at once, then a share of the first attempts", () => {
    const budget = createRetryBudget({ clock: createFakeClock(), ratio: 0.125 });
    expect(spendAll(budget)).toBe(20);
    for (let n = 0; n < 80; n += 1) budget.deposit();
    expect(spendAll(budget)).toBe(10);
  });

  it("earns a little by the passing of time, and never holds more than its capacity", async () => {
    const clock = createFakeClock();
    const budget = createRetryBudget({ capacity: 3, ratio: 1, refillRate: 0.5, clock });
    spendAll(budget);
    await clock.advance(1999);
    expect(spendAll(budget)).toBe(0);
    await clock.advance(1);
    expect(spendAll(budget)).toBe(1);
    await clock.advance(3_600_000);
    for (let n = 0; n < 100; n += 1) budget.deposit();
    expect(spendAll(budget)).toBe(3);
  });

  it("of capacity 0 allows nothing", () => {
    const budget = createRetryBudget({ capacity: 0 });
    budget.deposit();
    expect(budget.trySpend()).toBe(false);
  });

  it.each(["capacity", "ratio", "refillRate"])("refuses a %s that is no number from 0", (option) => {
    for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY, "3"]) {
      expect(() => createRetryBudget({ [option]: value })).toThrow(
        expect.objectContaining({ code: "CONFIG_INVALID", option, value }),
      );
    }
  });
});

describe("when every call is throttled", () => {
  it("vendor calls stay close to logical calls: the budget ends the storm", async () => {
    const clock = createFakeClock();
    const budget = createRetryBudget({ clock });
    const hook = retry({ clock, budget });
    const chain = createHookChain({ clock, hooks: [hook] });
    let vendorCalls = 0;
    let logicalCalls = 0;
    const running: Promise<unknown>[] = [];
    // Ten calls a second for two minutes.
    for (let n = 0; n < 1200; n += 1) {
      logicalCalls += 1;
      const call = createCall({ provider: "p", account: "a", operation: "o", deadlineMs: clock.now() + 30_000 });
      running.push(chain.run("attempt", call, async () => ((vendorCalls += 1), { status: 429 })));
      await clock.advance(100);
    }
    await clock.runUntil(() => false);
    await Promise.all(running);
    const ratio = vendorCalls / logicalCalls;
    process.stdout.write(
      `every call 429: ${vendorCalls} vendor calls ÷ ${logicalCalls} logical calls = ${ratio.toFixed(3)}\n`,
    );
    // A tenth of the calls, 0.5 a second for 120 s, and the 20 it began with.
    expect(vendorCalls - logicalCalls).toBeLessThanOrEqual(120 + 61 + 20);
    expect(vendorCalls - logicalCalls).toBeGreaterThan(120 + 40);
    expect(hook.counts.budgetExhausted).toBeGreaterThan(900);
  });

  it("without a budget it is maxRetries that bounds them", async () => {
    const clock = createFakeClock();
    const chain = createHookChain({ clock, hooks: [retry({ clock, maxRetries: 3 })] });
    let vendorCalls = 0;
    const call = createCall({ provider: "p", account: "a", operation: "o" });
    const running = chain.run("attempt", call, async () => ((vendorCalls += 1), { status: 429 }));
    await clock.runUntil(() => false);
    await running;
    expect(vendorCalls).toBe(4);
  });
});
