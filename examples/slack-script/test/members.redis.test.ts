import { startRedisServer } from "@sluice/test/redis-server";
import { describe, expect, it } from "vitest";
import { promisedOutput, runExample } from "../../run-example.js";

describe("the script that opts in", { timeout: 60_000 }, () => {
  it("loses answers with the SDK's client and none with the factory's, as its README says", async () => {
    const { stdout } = await runExample("slack-script");
    expect(stdout).toBe(await promisedOutput("slack-script"));
  });

  it("prints the same with limits in Redis", async () => {
    await using redis = await startRedisServer();
    const { stdout } = await runExample("slack-script", { REDIS_URL: redis.url });
    expect(stdout).toBe(await promisedOutput("slack-script"));
  });
});
