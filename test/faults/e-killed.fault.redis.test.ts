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

const LEASE_MS = 1000;

/** Lets a process take it and kills that process after a while; says when that was. */
async function takenByTheDead(orders: HolderOrders, livesMs: number): Promise<number> {
  const { child, report } = spawnWorker<HolderReport>("../faults/e/holder-worker", orders);
  await report;
  await rest(livesMs);
  child.kill("SIGKILL");
  await once(child, "close");
  return performance.now();
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
    const lock = redisLock({ url });
    const timeoutMs = 10_000;
    const jobs = createJobs({ limiter: own.limiter, name: "jobs", max: 1, leaseMs: LEASE_MS, timeoutMs });
    const place = { bucket: "held", limit: concurrency({ max: 1, leaseMs: LEASE_MS }) };
    // A lock and a job's place have been extended by then; a place that nobody renews is half over.
    const waits = await Promise.all([
      takenByTheDead({ url, what: "lock", leaseMs: LEASE_MS }, LEASE_MS * 1.2).then(async (diedMs) => {
        await lock.acquire("held", { leaseMs: LEASE_MS, timeoutMs });
        return performance.now() - diedMs;
      }),
      takenByTheDead({ url, what: "place", leaseMs: LEASE_MS }, LEASE_MS / 2).then(async (diedMs) => {
        await own.limiter.acquire(place, { timeoutMs });
        return performance.now() - diedMs;
      }),
      takenByTheDead({ url, what: "job", leaseMs: LEASE_MS }, LEASE_MS * 1.2).then((diedMs) =>
        jobs.run(() => performance.now() - diedMs),
      ),
    ]);
    await lock.close();
    const [lockMs = 0, placeMs = 0, jobMs = 0] = waits;
    // Extensions come every third of a lease.
    for (const waitMs of [lockMs, jobMs]) {
      expect(waitMs).toBeGreaterThan(LEASE_MS * 0.5);
      expect(waitMs).toBeLessThan(LEASE_MS + 1000);
    }
    expect(placeMs).toBeLessThan(LEASE_MS / 2 + 1000);
    return `next grant after the kill: lock ${ms(lockMs)}, place ${ms(placeMs)} (half its lease was over), job ${ms(jobMs)}`;
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
    const stores = [0, 1, 2].map((index) => redisBreakerStore({ url, commandTimeoutMs: 500 + index }));
    const fleet = stores.map((store) => createBreaker({ name: "held", store, probeLeaseMs: LEASE_MS }));
    for (const breaker of fleet) await breaker.run(async () => {});
    await fleet[0]?.force("open", { forMs: 1 });
    const diedMs = await takenByTheDead({ url, what: "probe", leaseMs: LEASE_MS }, 100);
    let now = 0;
    let most = 0;
    const probesMs: number[] = [];
    const probe = async (): Promise<void> => {
      probesMs.push(performance.now() - diedMs);
      most = Math.max(most, (now += 1));
      await rest(50);
      now -= 1;
    };
    while (probesMs.length === 0) {
      expect(performance.now() - diedMs).toBeLessThan(LEASE_MS + 1000);
      await Promise.allSettled(fleet.map((breaker) => breaker.run(probe)));
      await rest(5);
    }
    await expect
      .poll(() => fleet.map((breaker) => breaker.state()), { timeout: 2000 })
      .toEqual(Array.from({ length: 3 }, () => "closed"));
    for (const one of [...fleet, ...stores]) await one.close();
    const [firstMs = 0] = probesMs;
    expect(firstMs).toBeGreaterThan(LEASE_MS * 0.5);
    expect(most).toBe(1);
    return `next probe ${ms(firstMs)} after the kill, ${most} at once`;
  },
);
