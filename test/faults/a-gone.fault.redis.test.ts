import { startRedisServer } from "@sluice/test/redis-server";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import { worstExcess } from "../src/fleet/ledger.js";
import { spawnWorker } from "../src/fleet/spawn-worker.js";
import type { OutageOrders, OutageReport } from "../src/faults/a/outage-worker.js";
import { count, inTurn, operatorOf, quantileMs, takesOf } from "./a-support.js";
import { type Called, LONGEST_MS, longestMs, member, ms, until } from "./b-support.js";
import { fault } from "./fault.js";
import { watchStalls } from "../src/stalls/index.js";

/** From the server's return to the first answer of its own. Unit: milliseconds. */
const BACK_MS = 2000;
/** A call that does not wait for the store. Unit: milliseconds. */
const REFUSED_MS = 20;
/** Seen from the folder of the fleet's workers. */
const WORKER = "../faults/a/outage-worker";

fault(
  {
    id: "A1",
    fault: "the store is down at start",
    expected: `creation succeeds, the first call is answered by the fallback within ${LONGEST_MS} ms, the mode says so, in use within ${BACK_MS} ms of the store's start`,
  },
  async () => {
    await using server = await startRedisServer();
    await server.stop();
    await using one = member({ url: server.url, mode: "local" });
    const first = await count(one);
    expect(first.decision?.kind).toBe("delayed");
    expect(longestMs([first])).toBeLessThan(LONGEST_MS);
    await inTurn(20, () => count(one));
    expect(one.store.mode).toBe("local");
    await server.restart();
    const startedMs = performance.now();
    using stalls = watchStalls();
    // The fallback's buckets begin empty, so only the store says yes to a bucket that nobody has asked for.
    let asked = 0;
    await until(async () => {
      asked += 1;
      return (await count(one, `later-${asked}`)).decision?.kind === "allowed";
    }, "an answer of the store");
    const backMs = performance.now() - startedMs - stalls.totalMs;
    expect(backMs).toBeLessThan(BACK_MS);
    expect(one.store.mode).toBe("shared");
    expect(one.events.map(({ type }) => type)).toEqual(["store-down", "store-up"]);
    return `first call ${ms(first.tookMs)}; first answer of the store ${ms(backMs)} after it was up`;
  },
);

fault(
  {
    id: "A2",
    fault: "the store dies while calls are on their way",
    expected: `each is answered by the fallback within ${LONGEST_MS} ms, and none is sent again to the next one`,
  },
  async () => {
    await using server = await startRedisServer();
    await using closed = member({ url: server.url });
    await using open = member({ url: server.url, mode: "open", deadlineMs: 501 });
    for (const one of [closed, open]) expect((await count(one)).decision?.kind).toBe("allowed");
    server.pause();
    const under: Promise<Called>[] = [];
    for (let n = 0; n < 20; n += 1) {
      // Not of the same account: what "open" lets through is made up for by an empty bucket.
      under.push(count(closed), count(open, "other"));
      await rest(2);
    }
    await server.kill();
    const calls = await Promise.all(under);
    expect(longestMs(calls)).toBeLessThan(LONGEST_MS);
    expect(calls.filter(({ code }) => code === "STORE_UNAVAILABLE")).toHaveLength(20);
    expect(calls.filter(({ decision }) => decision?.kind === "allowed")).toHaveLength(20);
    await server.restart();
    await until(() => closed.store.mode === "shared" && open.store.mode === "shared", "the store is back");
    await using operator = await operatorOf(server);
    const served = await takesOf(operator.redis);
    expect(served).toBe(0);
    return `${calls.length} calls, longest ${ms(longestMs(calls))}; counter ÷ calls ${served} ÷ ${calls.length}`;
  },
);

fault(
  {
    id: "A3",
    fault: "the store refuses connections",
    expected: `no timeout per call: p99 of 1 000 calls below ${REFUSED_MS} ms`,
  },
  async () => {
    await using server = await startRedisServer();
    const figures: string[] = [];
    for (const mode of ["local", "open", "closed"] as const) {
      await using one = member({ url: server.url, mode });
      await count(one);
      await server.stop();
      const calls = await inTurn(1000, () => count(one));
      await server.restart();
      const expected = mode === "closed" ? 1000 : 0;
      expect(calls.filter(({ code }) => code === "STORE_UNAVAILABLE")).toHaveLength(expected);
      expect(longestMs(calls)).toBeLessThan(LONGEST_MS);
      expect(quantileMs(calls, 0.99)).toBeLessThan(REFUSED_MS);
      expect(one.events.map(({ type }) => type)[0]).toBe("store-down");
      figures.push(`${mode} ${quantileMs(calls, 0.99).toFixed(2)} ms, longest ${ms(longestMs(calls))}`);
    }
    return `p99: ${figures.join("; ")}`;
  },
);

const bound = { refillRate: 100, burst: 20 };
const OUTAGE_MS = 2000;
/** From the first process that is back to the last. Unit: milliseconds. */
const RETURN_MS = 500;

fault(
  {
    id: "A3",
    fault: "an outage of 2 s under 4 processes, by policy",
    expected:
      "in the outage local admits at most 1.1 of what the limit allows, closed next to nothing, open all that comes",
    slow: true,
  },
  async () => {
    const lines = ["policy   admitted   bound   admitted ÷ bound"];
    const ratios: Record<string, number> = {};
    for (const mode of ["local", "open", "closed"] as const) {
      await using server = await startRedisServer();
      const startAtMs = performance.timeOrigin + performance.now() + 1500;
      const [downAtMs, upAtMs] = [startAtMs + 800, startAtMs + 800 + OUTAGE_MS];
      const orders = { url: server.url, mode, ...bound, everyMs: 4, startAtMs, endAtMs: upAtMs + 700 };
      const workers = Array.from({ length: 4 }, () => spawnWorker<OutageReport>(WORKER, orders satisfies OutageOrders));
      const at = (unixMs: number): Promise<void> => rest(unixMs - performance.timeOrigin - performance.now());
      await at(downAtMs);
      await server.kill();
      await at(upAtMs);
      await server.restart();
      const reports = await Promise.all(workers.map(({ report }) => report));
      const granted = reports.flatMap(({ grantedMs }) => grantedMs);
      const admitted = granted.filter((unixMs) => unixMs >= downAtMs && unixMs < upAtMs).length;
      const most = bound.burst + (bound.refillRate * OUTAGE_MS) / 1000;
      const ratio = admitted / most;
      ratios[mode] = ratio;
      lines.push(
        `${mode.padEnd(6)} ${String(admitted).padStart(10)} ${String(most).padStart(7)} ${ratio.toFixed(2).padStart(18)}`,
      );
      expect(Math.max(...reports.map((report) => report.longestMs))).toBeLessThan(LONGEST_MS);
      expect(reports.map(({ events }) => events)).toEqual([2, 2, 2, 2]);
      // Those who come back later still take their share while the first ones already have the whole.
      if (mode !== "open") {
        const excess = worstExcess(
          granted.map((unixMs) => unixMs * 1000),
          bound,
        );
        expect(excess).toBeLessThanOrEqual((bound.refillRate * RETURN_MS) / 1000);
      }
    }
    console.log(lines.join("\n"));
    expect(ratios["local"]).toBeLessThan(1.1);
    expect(ratios["local"]).toBeGreaterThan(0.5);
    expect(ratios["closed"]).toBeLessThan(0.1);
    expect(ratios["open"]).toBeGreaterThan(3);
    return Object.entries(ratios)
      .map(([mode, ratio]) => `${mode} ${ratio.toFixed(2)}`)
      .join(", ");
  },
);
