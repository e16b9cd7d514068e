import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startRedisServer } from "@sluice/test/redis-server";
import { describe, expect, it } from "vitest";
import { type PhaseResult, runPhase } from "../src/run-phase.js";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const run = promisify(execFile);

async function demo(...args: string[]): Promise<{ plain: PhaseResult; factory: PhaseResult; said: string }> {
  const env = { ...process.env, REDIS_URL: undefined, NO_COLOR: "1" };
  const { stdout, stderr } = await run(process.execPath, [main, "--json", "--windows", "2", ...args], { env });
  const [plain, factory] = JSON.parse(stdout) as [PhaseResult, PhaseResult];
  return { plain, factory, said: stderr };
}

function expectTheMainJob({ plain, factory }: { plain: PhaseResult; factory: PhaseResult }): void {
  console.log(
    `plain: ${plain.refused} of ${plain.requests} refused, ${plain.seconds.toFixed(1)} s; ` +
      `factory: ${factory.refused} of ${factory.requests} refused, ${factory.seconds.toFixed(1)} s, ${(factory.quotaUsed * 100).toFixed(1)} % of the quota used`,
  );
  expect(plain.refused).toBeGreaterThan(20);
  expect(factory.refused).toBe(0);
  expect(factory.requests).toBe(500);
  expect(factory.quotaUsed).toBeGreaterThanOrEqual(0.95);
}

describe("the demo", () => {
  it(
    "with Redis: plain clients are throttled, the factory's in four processes never, and they use the quota",
    { timeout: 120_000 },
    async () => {
      await using redis = await startRedisServer();
      const result = await demo("--only", "slack", "--redis", redis.url);
      expect(result.said).toContain("4 processes, limits in Redis");
      expect(result.said).toMatch(/slack, factory: 500\/500 calls, 0 refused/);
      expectTheMainJob(result);
    },
  );

  it(
    "keeps the published limits by itself: a server that refuses nothing finds no minute above them",
    { timeout: 120_000 },
    async () => {
      await using redis = await startRedisServer();
      const options = { provider: "slack", workers: 4, windows: 2, speed: 10, enforce: false };
      const factory = await runPhase("factory", { ...options, redis: redis.url }, () => {});
      expect(factory.overLimit).toEqual([]);
      expect(factory.quotaUsed).toBeGreaterThanOrEqual(0.95);
      // The same ledger does find plain clients out.
      const plain = await runPhase("plain", { ...options, redis: undefined }, () => {});
      expect(plain.overLimit).toContain("users.list");
    },
  );

  it.each([
    // Of a window of GitHub's, which begins with a burst of hundreds, the machine's own delays are a large part at a higher speed.
    ["github", "5", "2", 0.95],
    ["gitlab", "20", "2", 0.95],
    ["s3", "20", "5", 0.7],
  ])(
    "%s, in memory: the same, with nothing refused",
    { timeout: 120_000 },
    async (provider, speed, windows, quotaUsed) => {
      const { plain, factory, said } = await demo("--only", provider, "--speed", speed, "--windows", windows);
      console.log(
        `${provider}, plain: ${plain.refused} of ${plain.requests} refused; factory: ${factory.refused} of ${factory.requests}, ` +
          `${(factory.quotaUsed * 100).toFixed(1)} % of the quota used`,
      );
      expect(said).toContain("limits in memory");
      expect(plain.refused).toBeGreaterThan(20);
      expect(factory.refused).toBe(0);
      expect(factory.quotaUsed).toBeGreaterThanOrEqual(quotaUsed);
    },
  );
});
