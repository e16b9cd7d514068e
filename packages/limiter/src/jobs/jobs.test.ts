import { withCaller } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { createLimiter } from "../limiter/create-limiter.js";
import { memoryStore } from "../memory/memory-store.js";
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
});
