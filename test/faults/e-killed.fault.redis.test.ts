import { concurrency, createBreaker, createJobs } from "@sluice/limiter";
import { redisBreakerStore, redisLock } from "@sluice/limiter-redis";
import { startRedisServer } from "@sluice/test/redis-server";
import { once } from "node:events";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import type { HolderOrders, HolderReport } from "../src/faults/e/holder-worker.js";
import { spawnWorker } from "../src/fleet/spawn-worker.js";
import { member, ms } from "./e-support.js";
import { fault } from "./fault.js";
import { type Stalls, stopwatch, type Took, watchStalls } from "../src/stalls/index.js";

const LEASE_MS = 1000;

/** Lets a process take it and kills that process after a while; says how long ago that was. */
async function takenByTheDead(orders: HolderOrders, livesMs: number, stalls: Stalls): Promise<() => Took> {
  const { child, report } = spawnWorker<HolderReport>("../faults/e/holder-worker", orders);
  await report;
  await rest(livesMs);
  // Its end may be seen late.
  const since = stopwatch(stalls);
  child.kill("SIGKILL");
  await once(child, "close");
  return since;
}

fault(
  {
    id: "E4",
    fault: "a holder of a lock, of a place, and of a job's place is killed",
    expected: `the next one has it within the lease of ${LEASE_MS} ms + 1 s, and not before it is over`,
  },
  async () => {
    await using server = await startRedisServer();
    const { url } = server;
    await using own = member({ url });
    const lock = redisLock({ url, commandTimeoutMs: 5000 });
    const timeoutMs = 10_000;
    using stalls = watchStalls();
    const jobs = createJobs({ limiter: own.limiter, name: "jobs", max: 1, leaseMs: LEASE_MS, timeoutMs });
    const place = { bucket: "held", limit: concurrency({ max: 1, leaseMs: LEASE_MS }) };
    // A lock and a job's place have been extended by then; a place that nobody renews is half over.
    const waits = await Promise.all([
      takenByTheDead({ url, what: "lock", leaseMs: LEASE_MS }, LEASE_MS * 1.2, stalls).then(async (since) => {
        await lock.acquire("held", { leaseMs: LEASE_MS, timeoutMs });
        return since();
      }),
      takenByTheDead({ url, what: "place", leaseMs: LEASE_MS }, LEASE_MS / 2, stalls).then(async (since) => {
        await own.limiter.acquire(place, { timeoutMs });
        return since();
      }),
      takenByTheDead({ url, what: "job", leaseMs: LEASE_MS }, LEASE_MS * 1.2, stalls).then((since) =>
        jobs.run(() => since()),
      ),
    ]);
    await lock.close();
    const [ofLock, ofPlace, ofJob] = waits;
    // Extensions come every third of a lease.
    for (const { tookMs, stalledMs } of [ofLock, ofJob]) {
      expect(tookMs).toBeGreaterThan(LEASE_MS * 0.5);
      expect(tookMs - stalledMs).toBeLessThan(LEASE_MS + 1000);
    }
    expect(ofPlace.tookMs - ofPlace.stalledMs).toBeLessThan(LEASE_MS / 2 + 1000);
    return `next grant after the kill: lock ${ms(ofLock.tookMs)}, place ${ms(ofPlace.tookMs)} (half its lease was over), job ${ms(ofJob.tookMs)}`;
  },
);

fault(
  {
    id: "E5",
    fault: "the process with the only half-open probe is killed",
    expected: `another one probes within the probe's lease of ${LEASE_MS} ms + 1 s, never two at once`,
  },
  async () => {
    await using server = await startRedisServer();
    const { url } = server;
    const stores = [0, 1, 2].map((index) => redisBreakerStore({ url, commandTimeoutMs: 5000 + index }));
    const fleet = stores.map((store) => createBreaker({ name: "held", store, probeLeaseMs: LEASE_MS }));
    for (const breaker of fleet) await breaker.run(async () => {});
    await fleet[0]?.force("open", { forMs: 1 });
    using stalls = watchStalls();
    const since = await takenByTheDead({ url, what: "probe", leaseMs: LEASE_MS }, 0, stalls);
    // By so much later than it said so it may have been killed.
    const lateMs = stalls.totalMs;
    let now = 0;
    let most = 0;
    const probesMs: number[] = [];
    const probe = async (): Promise<void> => {
      probesMs.push(since().tookMs);
      most = Math.max(most, (now += 1));
      await rest(50);
      now -= 1;
    };
    while (probesMs.length === 0) {
      const { tookMs, stalledMs } = since();
      expect(tookMs - stalledMs).toBeLessThan(LEASE_MS + 1000);
      await Promise.allSettled(fleet.map((breaker) => breaker.run(probe)));
      await rest(5);
    }
    await expect
      .poll(() => fleet.map((breaker) => breaker.state()), { timeout: 10_000 })
      .toEqual(Array.from({ length: 3 }, () => "closed"));
    for (const one of [...fleet, ...stores]) await one.close();
    const [firstMs = 0] = probesMs;
    expect(firstMs).toBeGreaterThan(LEASE_MS * 0.5 - lateMs);
    expect(most).toBe(1);
    return `next probe ${ms(firstMs)} after the kill, ${most} at once`;
  },
);
