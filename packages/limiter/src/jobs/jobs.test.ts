import { getEventListeners } from "node:events";
import { sleep, withCaller } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { createLimiter } from "../limiter/create-limiter.js";
import type { Grant, Limiter } from "../limiter/limiter.js";
import { memoryStore } from "../memory/memory-store.js";
import type { Store } from "../store/store.js";
import { createJobs, type JobsOptions } from "./jobs.js";

function rig(options: Omit<JobsOptions, "limiter">) {
  const clock = createFakeClock();
  const store = memoryStore({ clock });
  const process = () => createJobs({ limiter: createLimiter({ store, clock }), clock, ...options });
  /** A job that runs so long. */
  const lasting = (ms: number) => () =>
    new Promise<number>((resolve) => clock.setTimer(() => resolve(clock.now()), ms));
  return { clock, process, lasting, store };
}

describe("jobs", () => {
  it("run at most so many at a time in the whole fleet; the others wait their turn", async () => {
    const { clock, process, lasting } = rig({ max: 3 });
    const fleet = [process(), process()];
    let running = 0;
    let most = 0;
    const all = Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        fleet[n % 2]?.run(async () => {
          most = Math.max(most, (running += 1));
          await lasting(100)();
          running -= 1;
        }),
      ),
    );
    await clock.advance(50);
    expect(fleet.reduce((sum, { active }) => sum + active, 0)).toBe(3);
    expect(fleet.reduce((sum, { waiting }) => sum + waiting, 0)).toBe(9);
    await clock.advance(5000);
    await all;
    expect([most, fleet[0]?.active, fleet[0]?.waiting]).toEqual([3, 0, 0]);
  });

  it("are limited in each namespace too, so that one of them leaves room for the others", async () => {
    const { clock, process, lasting } = rig({ max: 4, perNamespace: 2 });
    const jobs = process();
    const ended: string[] = [];
    const start = (namespace: string): void =>
      void withCaller({ namespace }, () => jobs.run(lasting(100))).then(() => ended.push(namespace));
    for (let n = 0; n < 4; n += 1) start("greedy");
    start("modest");
    await clock.advance(100);
    expect(ended.toSorted()).toEqual(["greedy", "greedy", "modest"]);
    await clock.advance(200);
    expect(ended).toHaveLength(5);
  });

  it("are refused without a place under reject, and beyond the queue under queue", async () => {
    const { process, lasting } = rig({ max: 1, strategy: "reject" });
    const jobs = process();
    void jobs.run(lasting(100));
    await Promise.resolve();
    await expect(jobs.run(lasting(1))).rejects.toMatchObject({ code: "LIMIT_EXCEEDED", bucket: "jobs" });
    const queued = rig({ max: 1, maxWaiting: 1 });
    const line = queued.process();
    void line.run(queued.lasting(100));
    void line.run(queued.lasting(100));
    await queued.clock.advance(1);
    await expect(line.run(queued.lasting(1))).rejects.toMatchObject({ code: "QUEUE_FULL" });
  });

  it("keep their places for as long as they run, and lose those of a dead process within the lease", async () => {
    const { clock, process, lasting, store } = rig({ max: 1, leaseMs: 300 });
    const long = process().run(lasting(2000));
    await clock.advance(10);
    // A process that died: it took its place and never spoke again.
    const waiting = process().run(() => clock.now());
    await clock.advance(2000);
    await long;
    expect(await waiting).toBeGreaterThanOrEqual(2000);
    const dead = createLimiter({ store, clock });
    await dead.acquire([{ bucket: "jobs", limit: { kind: "concurrency", max: 1, leaseMs: 300 } }]);
    const sinceMs = clock.now();
    const next = process().run(() => clock.now() - sinceMs);
    await clock.advance(1000);
    expect(await next).toBeLessThanOrEqual(300);
  });

  it("hear of a lost place, and of a caller who gave up", async () => {
    const { clock, process, lasting, store } = rig({ max: 1, leaseMs: 300 });
    let reason: unknown;
    const job = process().run(async (signal) => {
      signal.addEventListener("abort", () => (reason = signal.reason));
      await lasting(1000)();
    });
    await clock.advance(10);
    await store.close();
    await clock.advance(1000);
    await job;
    expect(reason).toMatchObject({ code: "LOCK_LOST" });
    const controller = new AbortController();
    const gone = new Error("gone");
    const aborted = process().run(
      (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      {
        signal: controller.signal,
      },
    );
    await clock.advance(1);
    controller.abort(gone);
    await expect(aborted).rejects.toBe(gone);
  });

  it("never run on unaware of a caller who gave up just before they began", async () => {
    for (let microtasks = 0; microtasks < 40; microtasks += 1) {
      const { clock, process } = rig({ max: 1 });
      const jobs = process();
      let end = (): void => {};
      const first = jobs.run(() => new Promise<void>((resolve) => (end = resolve)));
      await clock.advance(1);
      const controller = new AbortController();
      let seen: readonly boolean[] | undefined;
      const second = jobs
        .run(
          async (signal) => {
            await sleep(5, undefined, clock);
            seen = [controller.signal.aborted, signal.aborted];
          },
          { signal: controller.signal },
        )
        .catch(() => {});
      await clock.advance(1);
      end();
      for (let n = 0; n < microtasks; n += 1) await Promise.resolve();
      controller.abort(new Error("gone"));
      await clock.advance(10);
      await Promise.all([first, second]);
      expect([microtasks, seen]).not.toEqual([microtasks, [true, false]]);
      expect([jobs.active, jobs.waiting]).toEqual([0, 0]);
      expect(await jobs.run(() => "free again")).toBe("free again");
    }
  });

  it("have one listener on their callers' signal, however many there are", async () => {
    const { clock, process, lasting } = rig({ max: 10 });
    const { signal } = new AbortController();
    const jobs = process();
    const all = Array.from({ length: 30 }, () => jobs.run(lasting(10), { signal }));
    await clock.advance(1);
    expect([jobs.active, jobs.waiting, getEventListeners(signal, "abort").length]).toEqual([10, 20, 1]);
    await clock.advance(100);
    await Promise.all(all);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("wait no longer in the queue than they are told to", async () => {
    const { clock, process, lasting } = rig({ max: 1, timeoutMs: 50 });
    const jobs = process();
    void jobs.run(lasting(1000));
    await clock.advance(1);
    const late = jobs.run(lasting(1)).catch((error: unknown) => [clock.now(), (error as { code: string }).code]);
    await clock.advance(1000);
    expect(await late).toEqual([51, "LIMIT_EXCEEDED"]);
  });

  it("leave neither timers nor listeners behind", async () => {
    const { clock, process, lasting } = rig({ max: 1, leaseMs: 300 });
    const { signal } = new AbortController();
    const before = clock.pending;
    const job = process().run(lasting(10), { signal });
    await clock.advance(1);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    await clock.advance(10);
    await job;
    expect([getEventListeners(signal, "abort").length, clock.pending]).toEqual([0, before]);
  });
});

describe("the signal of a job", () => {
  type Renew = Grant["renew"];
  /** A job that runs until it is told to end; what its place's renewal answers, and how far the clock is ahead of all timers. */
  async function held(renew: Renew) {
    const clock = createFakeClock();
    let aheadMs = 0;
    const limiter = renewing(createLimiter({ store: memoryStore({ clock }), clock }), renew);
    const jobs = createJobs({ limiter, max: 1, leaseMs: 300, clock: { ...clock, now: () => clock.now() + aheadMs } });
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    let signal = AbortSignal.abort();
    const job = jobs.run((own) => ((signal = own), ended));
    await clock.advance(0);
    const stalledFor = (ms: number): boolean => ((aheadMs = ms), signal.aborted);
    return { clock, signal: () => signal, stalledFor, end: () => (end(), job) };
  }

  it("tells after a stall that the lease has ended, before any timer has run", async () => {
    const { clock, signal, stalledFor, end } = await held(async () => true);
    expect([stalledFor(299), stalledFor(300)]).toEqual([false, true]);
    expect(signal().reason).toMatchObject({ code: "LOCK_LOST" });
    expect(clock.pending).toBe(0);
    await end();
  });

  it("counts the lease anew from when its renewal was asked for", async () => {
    const { clock, stalledFor, end } = await held(async () => true);
    await clock.advance(100);
    expect([stalledFor(299), stalledFor(300)]).toEqual([false, true]);
    await end();
  });

  it("counts the first lease from when the place was asked for, however late the answer was read", async () => {
    const clock = createFakeClock();
    const { decide: _decide, immediate: _immediate, ...inner } = memoryStore({ clock });
    const store: Store = {
      ...inner,
      take: async (request) => {
        const reply = await inner.take(request);
        await sleep(200, undefined, clock);
        return reply;
      },
    };
    const stuck = renewing(createLimiter({ store, clock }), () => new Promise(() => {}));
    const jobs = createJobs({ limiter: stuck, max: 1, leaseMs: 300, clock });
    let heldMs = 0;
    const job = jobs.run(async (signal) => {
      while (!signal.aborted) await sleep(1, undefined, clock);
      heldMs = clock.now();
    });
    await clock.advance(1000);
    await job;
    expect(heldMs).toBe(300);
  });

  it("says nothing more once the job has ended, and asks for nothing more", async () => {
    let answer: (kept: boolean) => void = () => {};
    const { clock, stalledFor, end } = await held(() => new Promise((resolve) => (answer = resolve)));
    await clock.advance(100);
    await end();
    answer(true);
    await clock.advance(0);
    expect([clock.pending, stalledFor(1e6)]).toEqual([0, false]);
  });

  it("says that the place is lost as soon as the store does", async () => {
    const { clock, signal, end } = await held(async () => false);
    await clock.advance(99);
    expect(signal().aborted).toBe(false);
    await clock.advance(1);
    expect([signal().aborted, clock.pending]).toEqual([true, 0]);
    await end();
  });

  it("leaves the place to the job until the lease ends while the store is away", async () => {
    const { clock, signal, end } = await held(() => Promise.reject(new Error("away")));
    await clock.advance(299);
    expect(signal().aborted).toBe(false);
    await clock.advance(1);
    expect([signal().aborted, clock.pending]).toEqual([true, 0]);
    await end();
  });
});

/** The limiter, whose grants are renewed as told. */
function renewing(limiter: Limiter, renew: Grant["renew"]): Limiter {
  const withRenew = (grant: Grant): Grant => ({
    ...grant,
    renew,
    release: () => grant.release(),
    giveBack: (buckets) => grant.giveBack(buckets),
    landed: () => grant.landed(),
  });
  return {
    ...limiter,
    acquire: async (...asked) => withRenew(await limiter.acquire(...asked)),
    tryAcquire: async (...asked) => {
      const decision = await limiter.tryAcquire(...asked);
      return decision.kind === "allowed" && decision.grant !== undefined
        ? { ...decision, grant: withRenew(decision.grant) }
        : decision;
    },
  };
}
