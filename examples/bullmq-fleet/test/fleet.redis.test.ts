import { startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { promisedOutput, runExample } from "../../run-example.js";

describe("the fleet of workers", { timeout: 60_000 }, () => {
  it("keeps one quota over its queues and processes, as its README says, and leaves no job behind", async () => {
    await using redis = await startRedisServer();
    const { stdout, stderr } = await runExample("bullmq-fleet", { REDIS_URL: redis.url });
    expect(stdout).toBe(await promisedOutput("bullmq-fleet"));
    expect(stderr).toContain("createSlackApi: 160 of 160 jobs ended");
    const client = new Redis(redis.url);
    // What is left expires by itself.
    const left = await client.keys("example-fleet:*");
    const ttls = await Promise.all(left.map((key) => client.ttl(key)));
    client.disconnect();
    expect(ttls.filter((ttl) => ttl < 0)).toEqual([]);
  });

  it("says what is missing when no Redis is named", async () => {
    await expect(runExample("bullmq-fleet")).rejects.toMatchObject({
      code: 1,
      stdout: "",
      stderr: "Set REDIS_URL: BullMQ keeps its queues there, and Sluice the quota\n",
    });
  });
});
