import { createGuard, queue, tokenBucket } from "@sluice/limiter";
import { redisLock } from "@sluice/limiter-redis";
import { startRedisServer } from "@sluice/test/redis-server";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import { jain } from "../src/fleet/ledger.js";
import { runFleet } from "../src/fleet/run-fleet.js";
import { heapBytes } from "./c-support.js";
import { member, ms, PATIENCE_MS, percentile, scriptsRun } from "./e-support.js";
import { fault } from "./fault.js";
import { stopwatch, watchStalls } from "../src/stalls/index.js";

const WAITERS = 100_000;
const MOST_WAITING = 1_000;
const MB = 1 << 20;

for (const { how, wave, p99Ms, mostMb } of [
  { how: "1 000 at a time", wave: 1_000, p99Ms: 2_000, mostMb: 150 },
  // All of them are asked about in one turn, and that turn is theirs.
  { how: "all in one turn", wave: WAITERS, p99Ms: 15_000, mostMb: 500 },
]) {
  fault(
    {
      id: "E12",
      fault: `${WAITERS} want to wait where ${MOST_WAITING} may, ${how}`,
      expected: `the surplus is refused with QUEUE_FULL, p99 below ${p99Ms} ms, with no question of its own to the store; memory grows by less than ${mostMb} MB`,
      slow: wave === WAITERS,
    },
    async () => {
      await using server = await startRedisServer();
      await using own = member({ url: server.url });
      const line = queue({ maxWaiting: MOST_WAITING, timeoutMs: 1e9 });
      const guard = createGuard({ limiter: own.limiter, strategy: line });
      // A token in 200 s: none comes while they ask, however slow the machine, so nobody leaves the line for it.
      const charge = { bucket: "b", limit: tokenBucket({ refillRate: 0.005, burst: 1 }) };
      await own.limiter.acquire(charge);
      // Nothing is on its way: the socket's own time for an answer is shorter than such a turn.
      await rest(700);
      const before = { scripts: await scriptsRun(server), bytes: process.memoryUsage().heapUsed };
      const controller = new AbortController();
      const tookMs: number[] = [];
      let full = 0;
      let others = 0;
      let mostBytes = 0;
      const heapUsed = (): number => {
        const { heapUsed: bytes } = process.memoryUsage();
        // Garbage that nobody has collected yet is no growth.
        return bytes - before.bytes < mostMb * MB ? bytes : heapBytes();
      };
      const stay: Promise<void>[] = [];
      for (let asked = 0; asked < WAITERS; asked += wave) {
        for (let n = 0; n < wave; n += 1) {
          const sinceMs = performance.now();
          stay.push(
            guard
              .run(charge, () => {}, { signal: controller.signal, timeoutMs: 1e9 })
              .catch((error: unknown) => {
                if (controller.signal.aborted) return;
                if ((error as { code?: unknown }).code === "QUEUE_FULL") {
                  full += 1;
                  tookMs.push(performance.now() - sinceMs);
                } else others += 1;
              }),
          );
        }
        await rest(1);
        mostBytes = Math.max(mostBytes, heapUsed());
      }
      await expect.poll(() => full, { timeout: 20_000 }).toBe(WAITERS - MOST_WAITING);
      const scripts = (await scriptsRun(server)) - before.scripts;
      expect(line.waiting).toBe(MOST_WAITING);
      controller.abort();
      await Promise.all(stay);
      const p99 = percentile(tookMs, 0.99);
      const grownMb = (mostBytes - before.bytes) / MB;
      expect([others, line.waiting]).toEqual([0, 0]);
      expect(p99).toBeLessThan(p99Ms);
      expect(scripts).toBeLessThan(200);
      expect(grownMb).toBeLessThan(mostMb);
      return `${full} refused, p50 ${percentile(tookMs, 0.5).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ${scripts} scripts, heap +${grownMb.toFixed(0)} MB`;
    },
  );
}

fault(
  {
    id: "E13",
    fault: "four processes wait for one bucket, one call at a time each, one of them late by half a second",
    expected:
      "nobody starves: the longest wait is below six times the median, and the store is asked twice a grant at most",
    slow: true,
  },
  async () => {
    await using server = await startRedisServer();
    const calls = 25;
    const reports = await runFleet(
      4,
      { url: server.url, calls, refillRate: 20, burst: 4, how: "in turns" },
      [0, 0, 0, 500],
    );
    const waits = reports.flatMap(({ seenMs }) =>
      seenMs.slice(1).map((seen, index) => seen - (seenMs[index] as number)),
    );
    const ratio = Math.max(...waits) / percentile(waits, 0.5);
    const perGrant = (await scriptsRun(server)) / (4 * calls);
    const endS = reports.map(({ seenMs }) => (Math.max(...seenMs) - Math.min(...seenMs)) / 1000);
    expect(ratio).toBeLessThan(6);
    expect(perGrant).toBeLessThan(2.5);
    return `longest wait ÷ median ${ratio.toFixed(1)}; ${perGrant.toFixed(2)} scripts a grant; shares of time ${jain(endS).toFixed(3)} even`;
  },
);

fault(
  {
    id: "E13",
    fault: "four processes contend for a lock, one of them looks ten times as seldom",
    expected:
      "no order between processes, but all go: the slow one has a fifth of an even part at least, and attempts are spread",
  },
  async () => {
    await using server = await startRedisServer();
    const forMs = 2000;
    const polls = [20, 20, 20, 200];
    const { url } = server;
    const locks = polls.map((pollMs, index) => redisLock({ url, commandTimeoutMs: PATIENCE_MS + index, pollMs }));
    using stalls = watchStalls();
    const before = await scriptsRun(server);
    const untilMs = performance.now() + forMs;
    const waits: number[] = [];
    const grants = await Promise.all(
      locks.map(async (lock) => {
        let count = 0;
        while (performance.now() < untilMs) {
          const took = stopwatch(stalls);
          await lock.run("e13", { timeoutMs: 10_000 }, () => rest(3));
          const { tookMs, stalledMs } = took();
          waits.push(tookMs - stalledMs);
          count += 1;
        }
        return count;
      }),
    );
    const all = grants.reduce((sum, count) => sum + count, 0);
    const perGrant = ((await scriptsRun(server)) - before) / all;
    for (const lock of locks) await lock.close();
    const ratio = Math.max(...waits) / percentile(waits, 0.5);
    expect(Math.min(...grants)).toBeGreaterThan(0);
    expect(Math.max(...waits)).toBeLessThan(forMs);
    return `grants ${grants.join(", ")}; longest wait ÷ median ${ratio.toFixed(1)} (${ms(Math.max(...waits))}); ${perGrant.toFixed(1)} scripts a grant`;
  },
);
