import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createLimiter, memoryStore } from "@sluice/limiter";
import { startRedisServer } from "@sluice/test/redis-server";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { createAirtableApi } from "../src/airtable.js";
import { startLocalAirtable } from "../src/local-airtable.js";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));

describe("a new vendor", { timeout: 60_000 }, () => {
  it("takes twenty lines", async () => {
    const source = await readFile(new URL("../src/airtable.ts", import.meta.url), "utf8");
    const lines = source.split("\n").filter((line) => !/^\s*(?:$|\/\/)/.test(line));
    expect(lines.length).toBeLessThanOrEqual(20);
  });

  it("is never refused, where bare requests are; the program says so", async () => {
    const env = { ...process.env, REDIS_URL: undefined, NODE_NO_WARNINGS: "1" };
    const { stdout } = await promisify(execFile)(process.execPath, [main], { env });
    expect(stdout).toBe("fetch: 12 requests, 7 refused\ncreateAirtableApi: 12 requests, 0 refused\n");
  });

  it("keeps the limits of a base in two clients over one Redis", async () => {
    await using server = await startLocalAirtable();
    const redis = await startRedisServer();
    onTestFinished(() => redis.stop());
    const options = { redis: { url: redis.url, commandTimeoutMs: 5000 } };
    await using one = createAirtableApi("acme", options);
    await using two = createAirtableApi("acme", { ...options, onStoreError: "closed" });
    await Promise.all(
      [one, two].flatMap((api) =>
        ["appOne", "appTwo"].flatMap((base) => Array.from({ length: 5 }, () => api(`${server.url}/v0/${base}/Tasks`))),
      ),
    );
    expect(server.seen).toEqual({ requests: 20, refused: 0 });
  });

  it("counts each base by itself: five to each go out while the clock stands still, and no sixth", async () => {
    await using server = await startLocalAirtable();
    const clock = createFakeClock();
    const limiter = createLimiter({ store: memoryStore({ clock }), clock });
    await using api = createAirtableApi("acme", { limiter, clock, timeoutMs: 500 });
    const ask = (base: string): Promise<Response> => api(`${server.url}/v0/${base}/Tasks`);
    await Promise.all(["appOne", "appTwo"].flatMap((base) => Array.from({ length: 5 }, () => ask(base))));
    expect(server.seen).toEqual({ requests: 10, refused: 0 });
    await expect(ask("appTwo")).rejects.toMatchObject({ code: "LIMIT_EXCEEDED", bucket: "base appTwo" });
  });

  it("is silent for 30 s after a 429, and then asks again", async () => {
    let asked = 0;
    let answered = 0;
    const server = createServer((_request, response) => {
      asked += 1;
      response.writeHead(asked === 1 ? 429 : 200).end("{}");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const clock = createFakeClock();
    const limiter = createLimiter({ store: memoryStore({ clock }), clock });
    await using api = createAirtableApi("acme", {
      limiter,
      clock,
      timeoutMs: 60_000,
      retry: { maxRetries: 5 },
      random: () => 0.5,
      hooks: [{ name: "answered", after: () => void (answered += 1) }],
    });
    const answer = api(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v0/appOne/Tasks`);
    await expect.poll(() => answered, { timeout: 10_000 }).toBe(1);
    // What follows from the answer needs no more than a few turns.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await clock.advance(29_000);
    expect(asked).toBe(1);
    await clock.advance(1000);
    expect((await answer).status).toBe(200);
  });
});
