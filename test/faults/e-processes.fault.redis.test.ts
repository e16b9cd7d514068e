import { tokenBucket } from "@sluice/limiter";
import { say, startRedisServer } from "@sluice/test/redis-server";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";
import type { ClusterOrders, ClusterReport } from "../src/faults/e/cluster-worker.js";
import { spawnWorker } from "../src/fleet/spawn-worker.js";
import { member, ms } from "./e-support.js";
import { fault } from "./fault.js";

const charge = { bucket: "peers", limit: tokenBucket({ refillRate: 1, burst: 1 }) };
/** A silent process counts as gone after so long; the others look every four seconds. */
const GONE_AFTER_MS = 12_000 + 4000;

for (const [what, slow] of [
  ["start", false],
  ["start, and are killed", true],
] as const) {
  fault(
    {
      id: "E16",
      fault: `workers of two clusters of processes on one host ${what}`,
      expected: slow
        ? "identities differ; the killed ones are off the list within 16 s and a look"
        : "identities differ; a newcomer counts each of them once",
      slow,
    },
    async () => {
      await using server = await startRedisServer();
      await using own = member({ url: server.url });
      // Those that were there before look again every four seconds; a newcomer sees all at once.
      if (slow) await own.limiter.peek(charge);
      const orders: ClusterOrders = { url: server.url, workers: 3 };
      const clusters = [1, 2].map(() => spawnWorker<ClusterReport>("../faults/e/cluster-worker", orders));
      onTestFinished(() => {
        for (const { child } of clusters) child.kill("SIGKILL");
      });
      const reports = await Promise.all(clusters.map(({ report }) => report));
      const alive = 1 + reports.flatMap(({ pids }) => pids).length;
      // A sign of life may arrive a little after the answer that it travelled behind.
      const listed = async (): Promise<number> => Number((await say(server, "ZCARD", "sluice:{presence}")).slice(1));
      await expect.poll(listed, { timeout: 15_000 }).toBe(slow ? alive : alive - 1);
      if (!slow) await own.limiter.peek(charge);
      const sinceMs = performance.now();
      await expect.poll(() => own.store.peers, { timeout: 15_000 }).toBe(alive);
      const countedMs = performance.now() - sinceMs;
      const killedMs = performance.now();
      for (const { child } of clusters) {
        child.kill("SIGKILL");
        await once(child, "close");
      }
      if (!slow) return `peers seen - peers alive = ${own.store.peers - alive} of ${alive}, after ${ms(countedMs)}`;
      await expect.poll(() => own.store.peers, { timeout: GONE_AFTER_MS + 1500 }).toBe(1);
      return `peers seen - peers alive = 0 of ${alive} after ${ms(countedMs)}, and of 1, ${ms(performance.now() - killedMs)} after the kill`;
    },
  );
}

const folder = fileURLToPath(new URL("../../packages/kit", import.meta.url));

/** A process without a Redis that makes two clients; what it says on both its channels. */
async function withoutRedis(env: Readonly<Record<string, string>> = {}): Promise<{ said: string; warned: string }> {
  const code = `
    import { createFetchApi } from "@sluice/kit";
    const quota = () => [];
    const api = createFetchApi({ provider: "p", account: "a", operation: () => "o", quota });
    createFetchApi({ provider: "q", account: "a", operation: () => "o", quota });
    process.stdout.write(String(api !== undefined));
  `;
  const { REDIS_URL: _url, ...others } = process.env;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    cwd: folder,
    env: { ...others, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  let warned = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (warned += chunk.toString()));
  await once(child, "close");
  return { said, warned };
}

fault(
  {
    id: "E18",
    fault: "memory mode in two processes",
    expected: "each says once at its start that limits are kept in it alone, and how to share them",
  },
  async () => {
    const processes = await Promise.all([withoutRedis(), withoutRedis()]);
    for (const { said, warned } of processes) {
      expect(said).toBe("true");
      expect(warned.match(/SLUICE_MEMORY_STORE/g)).toHaveLength(1);
      expect(warned).toContain("limits are kept in this process alone; set REDIS_URL");
    }
    return "warning present in 2 of 2 processes, once each";
  },
);
