import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Assembly, assemble } from "../assembly/assemble.js";
import { vendor } from "../assembly/rig.test-support.js";
import { Redis, Registry } from "../users-own.test-support.js";

let server: RedisServer;
const open: Assembly[] = [];
beforeAll(async () => {
  server = await startRedisServer();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((assembly) => assembly.close()));
});
afterAll(() => server.stop());

/** A client over a connection of its own, as another process has: no two have the same timeout. A stall is shorter than all. */
function client() {
  const redis = { url: server.url, commandTimeoutMs: 10_000 + open.length };
  const assembly = assemble({ redis, registry: new Registry() }, vendor);
  open.push(assembly);
  return assembly.tokens;
}

describe("a token shared over Redis", () => {
  it("is got once by eight clients that ask at once, and its text is nowhere in Redis", async () => {
    let made = 0;
    const refresh = async () => {
      made += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { value: "ghs_secretTokenOfTheFleet", lifetimeMs: 3_600_000 };
    };
    const all = Array.from({ length: 8 }, client).map((tokens) => tokens.get("app 1", { secret: "key", refresh }));
    expect(new Set(await Promise.all(all))).toEqual(new Set(["ghs_secretTokenOfTheFleet"]));
    expect(made).toBe(1);
    const probe = new Redis(server.url) as unknown as {
      keys(pattern: string): Promise<string[]>;
      get(key: string): Promise<string>;
      pttl(key: string): Promise<number>;
      disconnect(): void;
    };
    const keys = await probe.keys("sluice:{tokens:*");
    const key = keys.find((one) => one.includes(":x:")) ?? "";
    expect(await probe.get(key)).not.toContain("secretToken");
    expect(await probe.pttl(key)).toBeGreaterThan(3_500_000);
    probe.disconnect();
  });

  it("is got by each process for itself when Redis is not there", async () => {
    const assembly = assemble({ redis: "redis://127.0.0.1:1", registry: new Registry() }, vendor);
    open.push(assembly);
    const refresh = async () => ({ value: "own", lifetimeMs: 60_000 });
    expect(await assembly.tokens.get("app", { secret: "key", refresh })).toBe("own");
  });
});
