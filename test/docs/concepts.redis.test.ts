import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { StoreEvent } from "@sluice/limiter-redis";
import { startRedisServer } from "@sluice/test/redis-server";
import { describe, expect, it } from "vitest";
import { hooksAtWork } from "../../docs/snippets/concepts-hooks.js";
import { outliving, requests } from "../../docs/snippets/concepts-outages.js";
import { twoProcesses } from "../../docs/snippets/concepts-shared-quotas.js";
import { booked, earlyNo, inOrder } from "../../docs/snippets/concepts-waiting.js";

const page = (name: string): Promise<string> =>
  readFile(fileURLToPath(new URL(`../../docs/concepts/${name}.md`, import.meta.url)), "utf8");

describe("concepts/hooks.md", () => {
  it("shows the order that is printed and what hooks see of a call that is repeated", async () => {
    const answers = [503, 200];
    await using server = await serve(() => answers.shift() ?? 500);
    const { seen, order, refused } = await hooksAtWork(server.url);
    expect(seen).toEqual(["GET /invoices: 503 in attempt 1", "GET /invoices: 200 in attempt 2"]);
    expect(await page("hooks")).toContain(`\`\`\`text\n${order}\n\`\`\``);
    expect(await page("hooks")).toContain(`\`\`\`text\n${seen.join("\n")}\n\`\`\``);
    expect(String(refused)).toBe("Error: No writes today");
    expect(server.requests()).toBe(2);
  });
});

describe("concepts/waiting.md", () => {
  it("lets who is in a hurry overtake, and keeps the order of the others", async () => {
    expect(await inOrder()).toEqual(["in a hurry", "first", "second"]);
  });

  it("says no at once when the turn comes too late", async () => {
    const { retryAfterMs, tookMs } = await earlyNo();
    expect(retryAfterMs).toBeGreaterThan(400);
    expect(retryAfterMs).toBeLessThanOrEqual(501);
    expect(tookMs).toBeLessThan(90);
  });

  it("books a slot that is given back without a trace", async () => {
    const { delayMs, after } = await booked();
    expect(delayMs).toBeGreaterThan(400);
    expect(after).toBe("delayed");
  });
});

describe("concepts/shared-quotas.md", () => {
  it("takes both limits or none in two processes, and pauses both by the word that one of them heard", async () => {
    await using redis = await startRedisServer();
    const { grants, told, paused } = await twoProcesses(redis.url);
    expect(grants).toBe(3);
    expect(told).toMatchObject({ kind: "delayed", bucket: "writes" });
    expect(paused).toMatchObject({ kind: "delayed", bucket: "requests" });
    // Of the three seconds; without them it would be allowed.
    expect(paused.kind === "delayed" && paused.retryAfterMs).toBeGreaterThan(500);
  });
});

describe("concepts/outages.md", () => {
  it("goes on without Redis on this process's share, is told once, and comes back", async () => {
    await using redis = await startRedisServer();
    const events: StoreEvent[] = [];
    const { limiter, close } = outliving(redis.url, (event) => void events.push(event));
    await limiter.acquire(requests);
    await redis.kill();
    // From empty buckets: 10 a second, whatever was left in Redis.
    const granted: number[] = [];
    const startMs = performance.now();
    for (let call = 0; call < 6; call += 1) {
      await limiter.acquire(requests);
      granted.push(performance.now() - startMs);
    }
    expect(granted.at(-1)).toBeGreaterThan(350);
    expect(events).toMatchObject([{ type: "store-down", mode: "local" }]);
    await redis.restart();
    await expect.poll(() => events.map(({ type }) => type), { timeout: 10_000 }).toEqual(["store-down", "store-up"]);
    expect(await limiter.acquire(requests)).toMatchObject({ waitedMs: expect.any(Number) });
    await close();
  });
});

/** A server that answers as it is told. */
async function serve(status: () => number): Promise<AsyncDisposable & { url: string; requests(): number }> {
  let requestsSeen = 0;
  const server = createServer((_, response) => {
    requestsSeen += 1;
    response.writeHead(status()).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requestsSeen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
