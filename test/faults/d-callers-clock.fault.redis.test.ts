import { startFakeTime, startRedisServer } from "@sluice/test/redis-server";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import { worstExcess } from "../src/fleet/ledger.js";
import type { WorkerOrders, WorkerReport } from "../src/fleet/limiter-worker.js";
import { spawnWorker } from "../src/fleet/spawn-worker.js";
import { clockFault, HOUR_MS, ms } from "./d-support.js";

const bound = { refillRate: 50, burst: 10 };
const START_IN_MS = 1200;

clockFault(
  {
    id: "D1",
    fault: "the clocks of two callers of three are wrong, by ten minutes either way",
    expected: "admits as if they were right, to each its part: decisions use the store's clock",
  },
  async () => {
    await using server = await startRedisServer();
    const startAtMs = performance.timeOrigin + performance.now() + START_IN_MS;
    const reports = await Promise.all(
      [-600_000, 0, 600_000].map(async (wrongMs) => {
        using time = startFakeTime();
        time.set(wrongMs);
        const orders: WorkerOrders = {
          url: server.url,
          calls: 25,
          ...bound,
          how: "at once",
          // As this one's own clock shows it.
          startAtMs: startAtMs + wrongMs,
        };
        return await spawnWorker<WorkerReport>("limiter-worker", orders, time.env).report;
      }),
    );
    const atUs = reports.flatMap((report) => report.atUs);
    const elapsedS = (Math.max(...atUs) - Math.min(...atUs)) / 1e6;
    const excess = worstExcess(atUs, bound);
    expect(atUs).toHaveLength(75);
    expect(excess).toBeLessThanOrEqual(1e-6);
    // Beside ten minutes: a process may be long in starting, and the others do not wait for it.
    expect(elapsedS).toBeLessThan((75 - bound.burst) / bound.refillRate + 10);
    return `admitted ÷ bound ${(75 / (bound.burst + bound.refillRate * elapsedS)).toFixed(3)}, none over in any window`;
  },
);

clockFault(
  {
    id: "D2",
    fault: "the caller's clock jumps while it waits, an hour forward and then two back",
    expected: "nobody is served before the store's instant, nor more than 100 ms after it",
    slow: true,
  },
  async () => {
    await using server = await startRedisServer();
    using time = startFakeTime();
    const started = performance.timeOrigin + performance.now() + START_IN_MS;
    const calls = 70;
    const orders: WorkerOrders = { url: server.url, calls, ...bound, how: "at once", startAtMs: started };
    const { report } = spawnWorker<WorkerReport>("limiter-worker", orders, time.env);
    await rest(START_IN_MS + 300);
    time.set(HOUR_MS);
    await rest(300);
    time.set(-HOUR_MS);
    const { atUs, seenMs } = await report;
    const lastS = (Math.max(...atUs) - Math.min(...atUs)) / 1e6;
    // Both lie on monotonic scales; the burst, which nobody waits for, tells how far these are apart.
    const late = seenMs.map((seen, index) => seen - (atUs[index] as number) / 1000);
    const apart = Math.min(...late.slice(0, bound.burst));
    const errors = late.map((value) => value - apart);
    expect(atUs).toHaveLength(calls);
    // The jumps came while somebody waited.
    expect(lastS).toBeGreaterThan(0.9);
    expect(Math.min(...errors)).toBeGreaterThan(-10);
    expect(Math.max(...errors)).toBeLessThan(100);
    return `wait error ${Math.min(...errors).toFixed(1)} to ${Math.max(...errors).toFixed(1)} ms in ${calls} waits of up to ${ms(lastS * 1000)}`;
  },
);
