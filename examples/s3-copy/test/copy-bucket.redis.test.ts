import { createS3Api } from "@sluice/aws";
import { startS3Simulator } from "@sluice/simulators";
import { startRedisServer } from "@sluice/test/redis-server";
import { describe, expect, it } from "vitest";
import { promisedOutput, runExample } from "../../run-example.js";
import { copyBucket } from "../src/copy-bucket.js";

describe("the copy of a bucket", { timeout: 60_000 }, () => {
  it("keeps within its budget of bytes, as its README says", async () => {
    const { stdout, stderr } = await runExample("s3-copy");
    expect(stdout).toBe(await promisedOutput("s3-copy"));
    expect(stderr).toContain("budget 384 KiB a second: 24 objects");
  });

  it("prints the same with limits in Redis", async () => {
    await using redis = await startRedisServer();
    const { stdout } = await runExample("s3-copy", { REDIS_URL: redis.url });
    expect(stdout).toBe(await promisedOutput("s3-copy"));
  });

  it("shares the budget with another client of the account, and copies every byte as it was", async () => {
    await using redis = await startRedisServer();
    const files = Object.fromEntries(
      Array.from({ length: 14 }, (_, index) => [`a/${index}`, String(index).repeat(10_000)]),
    );
    await using simulator = await startS3Simulator({ buckets: { one: files, two: files, backup: {}, other: {} } });
    const connect = () =>
      createS3Api("prod", {
        region: "eu-west-1",
        endpoint: simulator.url,
        forcePathStyle: true,
        credentials: { accessKeyId: "any", secretAccessKey: "any" },
        redis: { url: redis.url, commandTimeoutMs: 5000 },
        quota: { bytesPerSecond: { up: 100_000 } },
        env: {},
      });
    await using one = connect();
    await using two = connect();
    const startedMs = performance.now();
    const [first, second] = await Promise.all([
      copyBucket(one, "one", "backup", () => {}),
      copyBucket(two, "two", "other", () => {}),
    ]);
    // 14 objects each: ten of 10 000 bytes and four of 20 000.
    expect([first, second]).toEqual([
      { objects: 14, bytes: 180_000 },
      { objects: 14, bytes: 180_000 },
    ]);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual((360_000 / 100_000 - 1) * 1000);
    const { buckets } = simulator.state;
    for (const to of ["backup", "other"])
      expect(
        [...(buckets.get(to)?.objects ?? [])].map(([key, { body }]) => [key, Buffer.from(body).toString()]).toSorted(),
      ).toEqual(Object.entries(files).toSorted());
  });
});
