import { getEventListeners } from "node:events";
import { createFakeClock, type FakeClock } from "@sluice/core/testing";
import { beforeEach, describe, expect, it } from "vitest";
import type { Breaker } from "./breaker.js";
import { createBreaker } from "./create-breaker.js";
import { type MemoryBreakerStore, memoryBreakerStore } from "./memory-breaker-store.js";
import type { BreakerOptions } from "./options.js";
import { remote } from "./remote.test-support.js";
import { resolveRules } from "./rules.js";

/** There and back. */
const LATENCY_MS = 20;
const rules = resolveRules({});

let clock: FakeClock;
let memory: MemoryBreakerStore;
beforeEach(() => {
  clock = createFakeClock();
  memory = memoryBreakerStore({ clock });
});

const make = (options: Partial<BreakerOptions> = {}): Breaker =>
  createBreaker({ name: "b", clock, store: remote(memory, LATENCY_MS, clock), ...options });
const broken = new Error("broken");
const settledOf = (running: Promise<unknown>): Promise<unknown> => running.catch((error: unknown) => error);
const open = (forMs: number) => memory.force("b", rules, { to: "open", forMs, reason: "forced" });
const stateInStore = () => memory.probe("b", rules, "nobody");

describe("with a store that is a way off", () => {
  it("failures that come while a report is on its way are told as soon as it is answered, with nobody calling", async () => {
    const breaker = make();
    const running = Array.from({ length: 5 }, () => settledOf(breaker.run(() => Promise.reject(broken))));
    await clock.advance(LATENCY_MS);
    for (const one of running) expect(await one).toBe(broken);
    // The first failure is on its way, the others are behind it.
    await clock.advance(2 * LATENCY_MS);
    expect(breaker.state()).toBe("open");
    expect(stateInStore()).toMatchObject({ granted: false, view: { state: "open", reason: "consecutive-failures" } });
    await breaker.close();
  });

  it("who gives up while it asks to be let through leaves its place to the next call, and no listener", async () => {
    open(1000);
    const breaker = make();
    await clock.advance(1000);
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    const gaveUp = settledOf(breaker.run(async () => "answer", { signal: controller.signal }));
    // One way for the look at the store, and part of one for the question.
    await clock.advance(LATENCY_MS + 1);
    controller.abort(reason);
    expect(await gaveUp).toBe(reason);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    // The place is granted to nobody, and given back.
    await clock.advance(2 * LATENCY_MS);
    expect(stateInStore()).toMatchObject({ granted: true });
    await breaker.close();
  });

  it("who only stands behind a question of another gives up at once too, and the other goes on", async () => {
    open(1000);
    const breaker = make();
    await clock.advance(1000);
    const first = settledOf(breaker.run(async () => "answer"));
    await clock.advance(LATENCY_MS);
    const controller = new AbortController();
    const second = settledOf(breaker.run(async () => "answer", { signal: controller.signal }));
    await clock.advance(1);
    controller.abort(broken);
    expect(await second).toBe(broken);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    await clock.advance(LATENCY_MS);
    expect(await first).toBe("answer");
    await clock.advance(LATENCY_MS);
    expect(breaker.state()).toBe("closed");
    await breaker.close();
  });

  it("a call that has been let through leaves no listener on its signal", async () => {
    const breaker = make();
    const { signal } = new AbortController();
    const running = settledOf(breaker.run(async () => "answer", { signal }));
    await clock.advance(LATENCY_MS);
    expect(await running).toBe("answer");
    expect(getEventListeners(signal, "abort")).toEqual([]);
    await breaker.close();
  });

  it("a leave to probe that is read after its lease has ended is not used, for another may have it", async () => {
    open(1000);
    const breaker = make({ probeLeaseMs: 10 });
    await clock.advance(1000);
    let began = 0;
    const running = settledOf(breaker.run(async () => (began += 1)));
    // The answer takes longer than the lease.
    await clock.advance(2 * LATENCY_MS);
    expect(await running).toMatchObject({ code: "CIRCUIT_OPEN", state: "half-open" });
    expect(began).toBe(0);
    await clock.advance(LATENCY_MS);
    await breaker.close();
  });

  it("a leave to probe from before somebody closed it by hand is not used as one", async () => {
    open(1000);
    const breaker = make();
    await clock.advance(1000);
    const running = settledOf(breaker.run(() => Promise.reject(broken)));
    await clock.advance(LATENCY_MS + LATENCY_MS / 2);
    // Granted, and before the answer is back somebody decides.
    memory.force("b", rules, { to: "closed", forMs: undefined, reason: "reset" });
    await clock.advance(2 * LATENCY_MS);
    expect(await running).toBe(broken);
    await clock.advance(2 * LATENCY_MS);
    // As a probe its failure would have opened it.
    expect(breaker.state()).toBe("closed");
    await breaker.close();
  });

  it("close waits until the end of a probe has been told", async () => {
    open(1000);
    const breaker = make();
    await clock.advance(1000);
    const running = settledOf(breaker.run(async () => "answer"));
    await clock.advance(2 * LATENCY_MS);
    expect(await running).toBe("answer");
    let closed = false;
    const closing = breaker.close().then(() => (closed = true));
    await clock.advance(LATENCY_MS / 2 - 1);
    expect(closed).toBe(false);
    await clock.advance(LATENCY_MS);
    await closing;
    expect(memory.report("b", rules, { ...noCounts, version: 0 }).state).toBe("closed");
  });
});

const noCounts = { succeeded: 0, lastSuccessAgeMs: 0, failed: 0, lastFailureAgeMs: 0, rowAgesMs: [] };
