import { createCall, createHookChain } from "@sluice/core";
import { createLimiter, memoryStore, tokenBucket } from "@sluice/limiter";
import { createMetrics } from "@sluice/telemetry";
import { Registry } from "prom-client";
import { expect } from "vitest";
import { collected, heapBytes, ms, slow } from "./c-support.js";
import { fault } from "./fault.js";

/** Series that the metrics promise never to exceed, see the README of the telemetry package. */
const MOST_SERIES = 49_419;

function localFlood(identifiers: number, isSlow: boolean): void {
  fault(
    {
      id: "C5",
      fault: `${identifiers} identifiers once each, in memory mode with 10 000 buckets`,
      expected: "newcomers are refused while all are busy, no busy bucket is forgotten; the heap stays flat",
      slow: isSlow,
    },
    async () => {
      const most = 10_000;
      const store = memoryStore({ maxBuckets: most });
      const limiter = createLimiter({ store });
      const empty = tokenBucket({ refillRate: 1e-3, burst: 1 });
      const ask = (bucket: string): Promise<string> =>
        limiter.tryAcquire({ bucket, limit: empty }).then(
          ({ kind }) => kind,
          (error: { code?: string }) => String(error.code),
        );
      for (let n = 0; n < most; n += 1) expect(await ask(`one${n}`)).toBe("allowed");
      const before = heapBytes();
      const startedMs = performance.now();
      const counts: Record<string, number> = {};
      for (let n = most; n < identifiers; n += 1) {
        const kind = await ask(`one${n}`);
        counts[kind] = (counts[kind] ?? 0) + 1;
      }
      const tookMs = performance.now() - startedMs;
      const grown = (await collected(before)) - before;
      expect(counts).toEqual({ STORE_UNAVAILABLE: identifiers - most });
      let over = 0;
      for (let n = 0; n < most; n += 1) if ((await ask(`one${n}`)) === "allowed") over += 1;
      expect(over).toBe(0);
      expect(store.size).toBe(most);
      expect(grown).toBeLessThan(3e6);
      await limiter.close();
      return `${identifiers - most} refused in ${ms(tookMs)}, ${over} admitted by eviction; heap ${Math.round(grown / 1000)} kB`;
    },
  );
}

localFlood(60_000, false);
localFlood(1_000_000, true);

fault(
  {
    id: "C5",
    fault: "identifiers that come and go, in memory mode",
    expected: "idle buckets make room: none is refused, none is left",
  },
  async () => {
    const store = memoryStore({ maxBuckets: 5000 });
    const limiter = createLimiter({ store });
    const quick = tokenBucket({ refillRate: 1000, burst: 1 });
    await limiter.tryAcquire({ bucket: "busy", limit: slow });
    let refused = 0;
    for (let n = 0; n < 50_000; n += 1) {
      await limiter.tryAcquire({ bucket: `one${n}`, limit: quick }).catch(() => (refused += 1));
      // A bucket is idle after a millisecond.
      if (n % 1000 === 0) await new Promise((resolve) => setTimeout(resolve, 3));
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(refused).toBe(0);
    expect(store.size).toBe(1);
    await limiter.close();
    return `0 of 50000 refused; ${store.size} bucket left, the one in use`;
  },
);

function manySeries(callers: number, paths: number, isSlow: boolean): void {
  fault(
    {
      id: "C6",
      fault: `${callers} identifiers and ${paths} paths in metrics`,
      expected: `at most ${MOST_SERIES} series whatever comes; the rest is "other"`,
      slow: isSlow,
    },
    async () => {
      const registry = new Registry();
      const metrics = createMetrics({ registry });
      const base = createCall({ provider: "acme", account: "main", operation: "things.list" });
      const chain = createHookChain({ hooks: [metrics.hook] });
      for (let n = 0; n < callers; n += 1) {
        const call = { ...base, caller: { user: `user-${n}` }, operation: `GET /things/${n % paths}` };
        await chain.run("attempt", call, async () => ({ status: n % 3 === 0 ? 429 : 200 }));
        metrics.limiter.acquired(call, { waitedMs: 1, remaining: 1 });
      }
      const text = await registry.metrics();
      const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
      const operations = new Set([...text.matchAll(/operation="([^"]*)"/g)].map(([, name]) => name));
      expect(lines.length).toBeLessThanOrEqual(MOST_SERIES);
      expect(operations.has("other")).toBe(true);
      expect(operations.size).toBeLessThanOrEqual(401);
      const requests = lines.filter((line) => line.startsWith("sluice_api_requests_total"));
      expect(requests.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0)).toBe(callers);
      return `${lines.length} series, ${Math.round(text.length / 1000)} kB a scrape, ${operations.size} operations`;
    },
  );
}

manySeries(5000, 2000, false);
manySeries(100_000, 10_000, true);
