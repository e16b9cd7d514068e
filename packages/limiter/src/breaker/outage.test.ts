import { StoreUnavailableError } from "@sluice/core";
import { createFakeClock, type FakeClock } from "@sluice/core/testing";
import { beforeEach, describe, expect, it } from "vitest";
import type { Breaker } from "./breaker.js";
import { createBreaker } from "./create-breaker.js";
import { type MemoryBreakerStore, memoryBreakerStore } from "./memory-breaker-store.js";
import type { BreakerOptions } from "./options.js";
import { resolveRules } from "./rules.js";
import type { BreakerStore } from "./store.js";

const rules = resolveRules({});
let clock: FakeClock;
let shared: MemoryBreakerStore;
let away: boolean;
let commands: number;
beforeEach(() => {
  clock = createFakeClock();
  shared = memoryBreakerStore({ clock });
  away = false;
  commands = 0;
});

/** The shared store as a process sees it, with promises, and without news of changes. */
function far(): BreakerStore {
  const over =
    <Args extends unknown[], Value>(step: (...args: Args) => Value | Promise<Value>) =>
    async (...args: Args): Promise<Value> => {
      commands += 1;
      await Promise.resolve();
      if (away) throw new StoreUnavailableError("away");
      return step(...args);
    };
  return {
    report: over(shared.report),
    probe: over(shared.probe),
    settle: over(shared.settle),
    force: over(shared.force),
    onChange: () => () => {},
    close: async () => {},
  };
}

const make = (options: Partial<BreakerOptions> = {}): Breaker =>
  createBreaker({ name: "b", clock, store: far(), ...options });
const succeed = (breaker: Breaker): Promise<unknown> =>
  breaker.run(async () => "answer").catch((error: unknown) => error);
const fail = async (breaker: Breaker): Promise<unknown> => {
  const error = await breaker.run(() => Promise.reject(new Error("broken"))).catch((caught: unknown) => caught);
  await clock.advance(0);
  return error;
};
const isolate = (forMs?: number) => shared.force("b", rules, { to: "isolated", forMs, reason: "forced" });

describe("while the store cannot be asked", () => {
  it("a process that never heard it decides by what it sees itself, and probes by itself", async () => {
    away = true;
    const breaker = make();
    expect(await succeed(breaker)).toBe("answer");
    for (let n = 0; n < 5; n += 1) expect(await fail(breaker)).toMatchObject({ message: "broken" });
    expect(await succeed(breaker)).toMatchObject({ code: "CIRCUIT_OPEN", retryAfterMs: 5000 });
    await clock.advance(5000);
    expect(await fail(breaker)).toMatchObject({ message: "broken" });
    expect(await succeed(breaker)).toMatchObject({ code: "CIRCUIT_OPEN" });
    await clock.advance(5000);
    expect(await succeed(breaker)).toBe("answer");
    await clock.advance(0);
    expect(breaker.state()).toBe("closed");
  });

  it("failures that came while the store was failing late follow the success before them", async () => {
    let lateMs = 0;
    const store: BreakerStore = {
      ...far(),
      report: async () => {
        await new Promise<void>((resolve) => clock.setTimer(resolve, lateMs));
        throw new StoreUnavailableError("away");
      },
    };
    const breaker = make({ store });
    const first = succeed(breaker);
    await clock.advance(0);
    expect(await first).toBe("answer");
    lateMs = 20;
    for (let n = 0; n < 5; n += 1) {
      await fail(breaker);
      await clock.advance(1);
      // The first report is under way and takes its time; the next one fails at once.
      lateMs = 0;
    }
    expect(breaker.state()).toBe("closed");
    await clock.advance(20);
    expect(breaker.state()).toBe("open");
  });

  it("a state known to be open is kept until it would have ended", async () => {
    shared.force("b", rules, { to: "open", forMs: 60_000, reason: "forced" });
    const breaker = make();
    expect(await succeed(breaker)).toMatchObject({ code: "CIRCUIT_OPEN", retryAfterMs: 60_000 });
    away = true;
    await clock.advance(59_000);
    expect(await succeed(breaker)).toMatchObject({ code: "CIRCUIT_OPEN", retryAfterMs: 1000 });
    await clock.advance(1000);
    expect(await succeed(breaker)).toBe("answer");
  });

  it("an isolation is kept for as long as the store is away", async () => {
    isolate();
    const breaker = make();
    await succeed(breaker);
    away = true;
    await clock.advance(86_400_000);
    expect(await succeed(breaker)).toMatchObject({ code: "CIRCUIT_OPEN", state: "isolated" });
  });

  it("a probe that was under way when it went decides for its own process", async () => {
    shared.force("b", rules, { to: "open", forMs: 1, reason: "forced" });
    const breaker = make();
    await clock.advance(1);
    const probe = breaker.run(async () => {
      away = true;
      return "answer";
    });
    expect(await probe).toBe("answer");
    await clock.advance(0);
    expect(breaker.state()).toBe("closed");
  });

  it("what the process opened it keeps for itself when the store is back, until that time is over", async () => {
    const breaker = make();
    await succeed(breaker);
    away = true;
    for (let n = 0; n < 5; n += 1) await fail(breaker);
    expect(breaker.state()).toBe("open");
    away = false;
    const other = make();
    await clock.advance(4000);
    expect(await succeed(breaker)).toMatchObject({ code: "CIRCUIT_OPEN", retryAfterMs: 1000 });
    expect(await succeed(other)).toBe("answer");
    await clock.advance(1000);
    expect(await succeed(breaker)).toBe("answer");
    expect(await succeed(breaker)).toBe("answer");
    expect(breaker.state()).toBe("closed");
  });

  it("the store's word is taken again as soon as it is back", async () => {
    const breaker = make();
    await succeed(breaker);
    away = true;
    await clock.advance(2000);
    expect(await succeed(breaker)).toBe("answer");
    isolate();
    away = false;
    await clock.advance(1000);
    expect(await succeed(breaker)).toMatchObject({ code: "CIRCUIT_OPEN", state: "isolated" });
  });

  it("setting a state by hand fails, and changes nothing", async () => {
    away = true;
    const breaker = make();
    await expect(breaker.force("isolated")).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    await expect(breaker.reset()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(await succeed(breaker)).toBe("answer");
  });

  it("closing by hand, when the store is back, ends what the process opened itself", async () => {
    away = true;
    const breaker = make();
    for (let n = 0; n < 5; n += 1) await fail(breaker);
    away = false;
    await breaker.force("closed");
    expect(await succeed(breaker)).toBe("answer");
  });

  it('"closed" refuses all calls once what is known is a second old, and lets them through again by itself', async () => {
    const breaker = make({ onStoreError: "closed" });
    expect(await succeed(breaker)).toBe("answer");
    away = true;
    await clock.advance(900);
    expect(await succeed(breaker)).toBe("answer");
    await clock.advance(100);
    expect(await succeed(breaker)).toMatchObject({ code: "STORE_UNAVAILABLE" });
    away = false;
    expect(await succeed(breaker)).toBe("answer");
  });

  it("an abort while the store is asked is answered at once, with the caller's reason", async () => {
    const breaker = createBreaker({ name: "b", clock, store: { ...far(), report: () => new Promise(() => {}) } });
    const controller = new AbortController();
    const waiting = breaker.run(async () => "answer", { signal: controller.signal });
    await clock.advance(1);
    const reason = new Error("changed my mind");
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });
});

describe("commands", () => {
  it("a healthy breaker sends two a second however many calls are made, and none when none is", async () => {
    const breaker = make();
    for (let n = 0; n < 10_000; n += 1) {
      await succeed(breaker);
      if (n % 100 === 99) await clock.advance(100);
    }
    console.log(`10000 calls in 10 s: ${commands} commands`);
    expect(commands).toBeLessThanOrEqual(21);
    await clock.advance(3_600_000);
    expect(commands).toBeLessThanOrEqual(21);
  });

  it("a change that nobody told is known within a second while calls are made, and at the first call otherwise", async () => {
    let longestMs = 0;
    for (const sinceReportMs of [0, 1, 250, 499, 500]) {
      shared.force("b", rules, { to: "closed", forMs: undefined, reason: "reset" });
      const breaker = make();
      await succeed(breaker);
      await clock.advance(sinceReportMs);
      isolate();
      let lateMs = 0;
      for (; (await succeed(breaker)) === "answer"; lateMs += 10) await clock.advance(10);
      longestMs = Math.max(longestMs, lateMs);
    }
    console.log(`untold changes were known after ${longestMs} ms at most`);
    expect(longestMs).toBeLessThanOrEqual(1000);

    const quiet = make();
    await shared.force("b", rules, { to: "closed", forMs: undefined, reason: "reset" });
    expect(await succeed(quiet)).toBe("answer");
    isolate();
    await clock.advance(1000);
    expect(await succeed(quiet)).toMatchObject({ code: "CIRCUIT_OPEN" });
  });

  it("a storm of failures is told together, one command at a time", async () => {
    const breaker = make({ consecutiveFailures: Number.POSITIVE_INFINITY, minimumCalls: 1e6 });
    await succeed(breaker);
    commands = 0;
    await Promise.all(
      Array.from({ length: 1000 }, () => breaker.run(() => Promise.reject(new Error("x"))).catch(() => {})),
    );
    await clock.advance(0);
    expect(commands).toBeLessThanOrEqual(2);
  });

  it("successes of one process weigh against failures of another, half a second late at most", async () => {
    const [well, ill] = [make(), make()];
    for (let n = 0; n < 40; n += 1) {
      await succeed(well);
      await clock.advance(20);
    }
    for (let n = 0; n < 12; n += 1) {
      await fail(ill);
      await succeed(ill);
      await succeed(well);
      await clock.advance(20);
    }
    // Alone it would be twelve failures of twenty-four.
    expect(ill.state()).toBe("closed");
  });
});
