import { startRedisServer } from "@sluice/test/redis-server";
import { expect, it } from "vitest";
import { policiesAtWork } from "../../../../docs/snippets/policy.js";

it.each(["in memory", "in Redis"])("the README's engine does as it says, %s", async (where) => {
  await using redis = await startRedisServer();
  expect(await policiesAtWork(where === "in Redis" ? redis.url : undefined)).toEqual([
    true,
    119,
    ["reports: stored", "per-user: code"],
    "shadow",
    ["policy.add", "override.grant", "emergency.shadow", "emergency.end", "override.revoke", "reputation.reset"],
    true,
  ]);
});
