import type { Charge } from "@sluice/limiter";
import { createLimiter, memoryStore } from "@sluice/limiter";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { quotaOf } from "../test-support/quota.test-support.js";

const quota = quotaOf();
const s3 = { input: { Bucket: "b", Key: "k" } };

/** Asks every two milliseconds for as much as there is, and keeps when each was granted. */
async function greedy(charges: readonly Charge[], seconds: number): Promise<readonly number[]> {
  const clock = createFakeClock();
  const limiter = createLimiter({ store: memoryStore({ clock }), clock });
  const grants: number[] = [];
  for (let ms = 0; ms < seconds * 1000; ms += 2) {
    while ((await limiter.tryAcquire(charges)).kind === "allowed") grants.push(ms);
    await clock.advance(2);
  }
  await limiter.close();
  return grants;
}

/** The most of them in any window. */
function mostIn(grants: readonly number[], windowMs: number): number {
  let most = 0;
  let first = 0;
  for (let last = 0; last < grants.length; last += 1) {
    while ((grants[last] as number) - (grants[first] as number) >= windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

describe("whoever asks for all there is gets no more than is published", () => {
  it.each([
    ["S3.PutObject", { ...s3, verb: "PUT" }, 3500],
    ["S3.GetObject", { ...s3, verb: "GET" }, 5500],
    ["STS.AssumeRole", {}, 600],
    ["KMS.CreateGrant", {}, 50],
    ["KMS.CreateKey", {}, 5],
  ])("in any second of %s", async (operation, asked, published) => {
    const grants = await greedy(quota(operation, asked), 3);
    expect(mostIn(grants, 1000)).toBeLessThanOrEqual(published);
    // Nor much less.
    expect(grants.length / 3).toBeGreaterThan(published * 0.88);
  });

  it.each([
    ["EC2.DescribeVpcs", 100, 20],
    ["Route53.CreateHealthCheck", 50, 0.5],
  ])("of the token bucket of %s", async (operation, capacity, refillPerSecond) => {
    const grants = await greedy(quota(operation), 5);
    expect(grants.filter((ms) => ms === 0)).toHaveLength(capacity);
    expect(grants.length).toBeLessThanOrEqual(capacity + refillPerSecond * 5);
    expect(grants.length).toBeGreaterThanOrEqual(capacity + Math.floor(refillPerSecond * 4.9));
  });
});
