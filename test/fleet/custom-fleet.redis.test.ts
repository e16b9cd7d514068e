import { startRedisServer } from "@sluice/test/redis-server";
import { expect, it } from "vitest";
import type { CustomReport } from "../src/fleet/custom-worker.js";
import { spawnWorker } from "../src/fleet/spawn-worker.js";

it("four processes under a fixed window of their own making use all of it, and never more", async () => {
  await using server = await startRedisServer();
  const [limit, windowMs, forMs] = [5, 200, 3000];
  const startAtMs = performance.timeOrigin + performance.now() + 1200;
  const workers = Array.from({ length: 4 }, () =>
    spawnWorker<CustomReport>("custom-worker", { url: server.url, limit, windowMs, forMs, startAtMs }),
  );
  const reports = await Promise.all(workers.map(({ report }) => report));
  const windowOf = (us: number): number => Math.floor(us / 1000 / windowMs);
  const inWindow = new Map<number, number>();
  for (const us of reports.flatMap(({ atUs }) => atUs))
    inWindow.set(windowOf(us), (inWindow.get(windowOf(us)) ?? 0) + 1);
  const counts = [...inWindow.values()];
  const refusing = new Set(reports.flatMap(({ refusedUs }) => refusedUs).map(windowOf));
  const tookMs = reports.flatMap((report) => report.tookMs).toSorted((a, b) => a - b);
  console.log(
    `most in a window of ${limit}: ${Math.max(...counts)}; ${counts.filter((n) => n === limit).length} of ${counts.length} windows used whole; ` +
      `${tookMs.length} questions, answer p50 ${tookMs[tookMs.length >> 1]?.toFixed(1)} ms, p99 ${tookMs[Math.floor(tookMs.length * 0.99)]?.toFixed(1)} ms; ` +
      `granted ${reports.map(({ atUs }) => atUs.length).join("/")}`,
  );
  expect(Math.max(...counts)).toBeLessThanOrEqual(limit);
  // In how many windows somebody is refused depends on the machine; that nothing was left there then does not.
  expect(refusing.size).toBeGreaterThan(counts.length / 3);
  for (const window of refusing) expect(inWindow.get(window)).toBe(limit);
}, 60_000);
