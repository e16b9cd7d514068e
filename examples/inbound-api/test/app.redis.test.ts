import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { importPolicies } from "@sluice/policy";
import { startRedisServer } from "@sluice/test/redis-server";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { promisedOutput, runExample } from "../../run-example.js";
import { createApi } from "../src/app.js";
import { tokenFor, userOfToken } from "../src/tokens.js";

describe("the API with policies", { timeout: 60_000 }, () => {
  it("answers each caller as its policies say, as its README shows", async () => {
    const { stdout } = await runExample("inbound-api");
    expect(stdout).toBe(await promisedOutput("inbound-api"));
  });

  it("prints the same with limits in Redis", async () => {
    await using redis = await startRedisServer();
    const { stdout } = await runExample("inbound-api", { REDIS_URL: redis.url });
    expect(stdout).toBe(await promisedOutput("inbound-api"));
  });

  it("shares its limits with another replica, and tells both the wait", async () => {
    await using redis = await startRedisServer();
    vi.stubEnv("REDIS_URL", redis.url);
    onTestFinished(() => void vi.unstubAllEnvs());
    const policies = importPolicies(await readFile(new URL("../policies.json", import.meta.url), "utf8"));
    const urls = await Promise.all([policies, policies].map(start));
    const statuses: number[] = [];
    for (let index = 0; index < 8; index += 1) {
      const { status, headers } = await fetch(`${urls[index % 2]}/login`, { method: "POST" });
      statuses.push(status);
      if (status === 429) expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
  });
});

it("a token is good for the name it was signed for, and for no other", () => {
  const signature = tokenFor("bob").slice("bob".length);
  expect([userOfToken(tokenFor("bob")), userOfToken(`eve${signature}`), userOfToken("bob"), userOfToken("")]).toEqual([
    "bob",
    undefined,
    undefined,
    undefined,
  ]);
});

/** Starts a replica that ends with the test, and gives its address. */
async function start(policies: Parameters<typeof createApi>[0]): Promise<string> {
  const { app, close } = createApi(policies);
  const server = app.listen(0, "127.0.0.1");
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await close();
  });
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
