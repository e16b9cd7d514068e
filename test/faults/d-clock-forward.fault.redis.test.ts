import {
  type Charge,
  createJobs,
  fixedWindow,
  leakyBucket,
  slidingWindow,
  slidingWindowCounter,
  tokenBucket,
} from "@sluice/limiter";
import { redisLock } from "@sluice/limiter-redis";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import { askFor, clockFault, drain, HOUR_MS, member, ms, PATIENCE_MS, startTimed } from "./d-support.js";
import { watchStalls } from "../src/stalls/index.js";

const FORWARD_MS = 2 * HOUR_MS;
const FOR_MS = 800;

/** Slow enough that what comes by itself within the test is less than a token. */
const charges: readonly { readonly charge: Charge; readonly burst: number; readonly ownAtMost: number }[] = [
  { charge: { bucket: "token bucket", limit: tokenBucket({ refillRate: 0.1, burst: 8 }) }, burst: 8, ownAtMost: 0 },
  { charge: { bucket: "leaky bucket", limit: leakyBucket({ rate: 0.1 }) }, burst: 1, ownAtMost: 0 },
  { charge: { bucket: "sliding window", limit: slidingWindow({ limit: 8, windowMs: 5000 }) }, burst: 8, ownAtMost: 0 },
  { charge: { bucket: "fixed window", limit: fixedWindow({ limit: 8, windowMs: 5000 }) }, burst: 8, ownAtMost: 0 },
  {
    charge: { bucket: "two counts", limit: slidingWindowCounter({ limit: 8, windowMs: 5000 }) },
    burst: 8,
    ownAtMost: 0,
  },
];

clockFault(
  {
    id: "D4",
    fault: "the store's clock goes forward two hours, buckets",
    expected:
      "each is full once at most: no more than a burst is admitted on top of the limit, and no more than one question fails",
  },
  async () => {
    await using timed = await startTimed();
    await using own = member(timed.server.url);
    for (const { charge, burst } of charges) expect((await drain(own.limiter, charge)).length).toBe(burst);
    timed.time.set(FORWARD_MS);
    const extra = await Promise.all(
      charges.map(async ({ charge, burst, ownAtMost }) => {
        const { atUs, failed } = await askFor(own.limiter, charge, FOR_MS);
        expect(failed, charge.bucket).toBeLessThanOrEqual(1);
        expect(atUs.length, charge.bucket).toBeLessThanOrEqual(burst + ownAtMost);
        return { charge, burst, extra: atUs.length };
      }),
    );
    expect(own.events).toEqual([]);
    return `extra admitted: ${extra.map((one) => `${one.charge.bucket} ${one.extra} of a burst of ${one.burst}`).join(", ")}`;
  },
);

clockFault(
  {
    id: "D4",
    fault: "the store's clock goes forward two hours, leases",
    expected:
      "holders learn of the end at their next renewal and stop; the next one's fence is higher, and a resource that remembers the highest accepts no stale write",
  },
  async () => {
    await using timed = await startTimed();
    const { url } = timed.server;
    await using own = member(url);
    const leaseMs = 900;
    const where = { url, commandTimeoutMs: PATIENCE_MS };
    const [lock, other] = [redisLock(where), redisLock(where)];
    const resource = { highest: 0, stale: 0 };
    const write = (fence: number): boolean => {
      if (fence < resource.highest) return false;
      resource.highest = fence;
      return true;
    };
    const jobs = createJobs({ limiter: own.limiter, max: 1, leaseMs });
    const fromMs = { value: Number.POSITIVE_INFINITY };
    const told = { lock: 0, job: 0 };
    let job: Promise<void> | undefined;
    using stalls = watchStalls();
    // The job has its place before the clock moves; one that could not begin says why here.
    await new Promise<void>((begun, failed) => {
      job = jobs.run((signal) => {
        begun();
        return new Promise<void>((resolve) =>
          signal.addEventListener("abort", () => {
            told.job = performance.now() - fromMs.value;
            resolve();
          }),
        );
      });
      job.catch(failed);
    });
    const work = lock
      .run("d4", { leaseMs }, async (held) => {
        expect(write(held.fence)).toBe(true);
        timed.time.set(FORWARD_MS);
        fromMs.value = performance.now();
        // Somebody else has it at once, since the store has forgotten it.
        const next = await other.acquire("d4", { timeoutMs: 10_000, leaseMs });
        expect(next.fence).toBeGreaterThan(held.fence);
        expect(write(next.fence)).toBe(true);
        while (!held.signal.aborted) {
          if (write(held.fence)) resource.stale += 1;
          await rest(5);
        }
        told.lock = performance.now() - fromMs.value;
        await next.release();
      })
      .catch((error: unknown) => error);
    expect(await work).toMatchObject({ code: "LOCK_LOST" });
    await job;
    for (const one of [lock, other]) await one.close();
    expect(resource.stale).toBe(0);
    for (const toldMs of [told.lock, told.job]) expect(toldMs).toBeLessThan(leaseMs / 3 + 250 + stalls.totalMs);
    return `stale writes accepted ${resource.stale}; told after ${ms(told.lock)} (lock), ${ms(told.job)} (job), renewals every ${ms(leaseMs / 3)}`;
  },
);
