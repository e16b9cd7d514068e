import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFakeClock } from "@sluice/core/testing";
import { concurrency, createLimiter, memoryStore } from "@sluice/limiter";
import { startRedisServer } from "@sluice/test/redis-server";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { copied, uploaded } from "../../docs/snippets/features-a-bandwidth.js";
import { counted, perDay } from "../../docs/snippets/features-a-custom.js";
import { leasedInRedis, placesInRedis } from "../../docs/snippets/features-a-leases.js";
import * as limits from "../../docs/snippets/features-a-limits.js";
import { addedTogether, heldByHand } from "../../docs/snippets/features-a-locks.js";
import { slowedDown, strategies } from "../../docs/snippets/features-a-strategies.js";

let redis: Awaited<ReturnType<typeof startRedisServer>>;
beforeAll(async () => {
  redis = await startRedisServer();
});
afterAll(() => redis.stop());

describe("docs/features/rate-limits.md", () => {
  it("says of each kind how much it admits at once, and when it admits more", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ store: memoryStore({ clock }), clock });
    const seen: Record<string, readonly number[]> = {};
    for (const [bucket, limit] of Object.entries(limits.kinds)) {
      let admitted = 0;
      let decision = await limiter.tryAcquire({ bucket, limit });
      for (; decision.kind === "allowed"; admitted += 1) decision = await limiter.tryAcquire({ bucket, limit });
      seen[bucket] = [admitted, Math.round("retryAfterMs" in decision ? decision.retryAfterMs : -1)];
    }
    expect(seen).toEqual({
      bursts: [5, 500],
      even: [1, 500],
      exact: [5, 60_000],
      counted: [5, 60_000],
      estimated: [5, expect.any(Number)],
      atOnce: [5, 10_000],
    });
  });

  it("shows the three decisions, and that a look takes nothing", async () => {
    const lines: string[] = [];
    expect(await limits.decided((line) => lines.push(line))).toEqual(["allowed", "allowed", "delayed"]);
    expect(lines).toEqual(["2: yes, 1 left", "2: in 10 s", "5: never, the bucket holds 3"]);
  });
});

describe("docs/features/strategies.md", () => {
  it("shows what each strategy makes of a refusal", async () => {
    // A wait that ends half a second late would be told as another one.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const lines: string[] = [];
    const answering = strategies(
      () => "today's",
      (line) => lines.push(line),
    );
    const state = { over: false };
    const end = (): void => void (state.over = true);
    answering.then(end, end);
    while (!state.over) await vi.advanceTimersByTimeAsync(50);
    const answers = await answering;
    expect(answers).toEqual(["yesterday's", "today's", "in 1 s", "LIMIT_EXCEEDED"]);
    expect(lines.slice(0, 4)).toEqual([
      "queue, after 0 s",
      "queue, after 1 s",
      "degrade, after 0 s",
      "retry-after, after 1 s",
    ]);
  });

  it("slows down by the square of what is missing", async () => {
    const [first = -1, second = -1, third = -1, fourth = -1] = await slowedDown();
    expect(Math.max(first, second)).toBeLessThan(49);
    expect(third).toBeGreaterThan(49);
    expect(fourth).toBeGreaterThan(199);
  });
});

describe("docs/features/concurrency.md", () => {
  it("holds a place of the fleet's while the work runs, and frees it", async () => {
    const places = { bucket: "renders", limit: concurrency({ max: 2, leaseMs: 10_000 }) };
    const during: (string | number)[] = [];
    const after = await placesInRedis(redis.url, async (limiter) => {
      during.push((await limiter.tryAcquire(places)).kind);
      const third = await limiter.tryAcquire(places);
      during.push(third.kind, third.kind === "delayed" ? Math.sign(third.retryAfterMs) : 0);
    });
    expect(during).toEqual(["allowed", "delayed", 1]);
    expect(after).toEqual(["allowed"]);
  });
});

describe("docs/features/leases.md", () => {
  it("decides from tokens that were drawn in advance", async () => {
    const kinds = await leasedInRedis(redis.url, 20);
    expect(kinds).toEqual([...Array.from({ length: 20 }, () => "admitted"), "allowed"]);
  });
});

describe("docs/features/bandwidth.md", () => {
  it("copies the same bytes, no faster than the limit", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sluice-bandwidth-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const [from, to] = [join(folder, "from"), join(folder, "to")];
    const bytes = randomBytes(100_000);
    await writeFile(from, bytes);
    const startedMs = performance.now();
    await copied(from, to);
    // 50 000 of the burst at once, the other half at 400 000 a second.
    expect(performance.now() - startedMs).toBeGreaterThan(100);
    expect(bytes.equals(await readFile(to))).toBe(true);
  });

  it("sends the body of a request", async () => {
    const received: Buffer[] = [];
    const server = createServer((request, response) => {
      request.on("data", (chunk: Buffer) => received.push(chunk)).on("end", () => response.writeHead(201).end());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const limiter = createLimiter({ store: memoryStore() });
    const body = randomBytes(20_000);
    const { port } = server.address() as AddressInfo;
    expect(await uploaded(body, `http://127.0.0.1:${port}/`, limiter)).toBe(201);
    expect(Buffer.concat(received).equals(body)).toBe(true);
    await limiter.close();
    server.close();
  });
});

describe("docs/features/locks.md", () => {
  it("loses no member when all are added at the same time, and its fences grow", async () => {
    let members: readonly string[] = [];
    const fences: number[] = [];
    const group = {
      read: async () => [...members],
      write: async (next: readonly string[], fence: number) => {
        await new Promise((resolve) => setImmediate(resolve));
        members = next;
        fences.push(fence);
      },
    };
    await addedTogether(redis.url, group, ["ann", "bob", "cid", "dot"]);
    expect([...members].toSorted()).toEqual(["ann", "bob", "cid", "dot"]);
    expect(fences).toEqual(fences.toSorted((one, other) => one - other));
    expect(new Set(fences).size).toBe(4);
  });

  it("is held until the block ends, and refuses others at once who do not wait", async () => {
    expect(await heldByHand(redis.url)).toEqual([false, "LOCK_UNAVAILABLE", true, false]);
  });
});

describe("docs/features/custom-limits.md", () => {
  it("decides by the rule that is shown, in Redis", async () => {
    expect(await counted(redis.url, 6)).toEqual(["allowed", "delayed"]);
  });

  it("begins anew at midnight", () => {
    const rule = perDay(10);
    const nextDay = 86_400_000;
    const noon = rule.algorithm({ day: 0, used: 6 }, nextDay / 2, 6);
    expect(noon.decision).toEqual({ allowed: false, retryAfterMs: nextDay / 2 });
    expect(rule.algorithm(noon.state, nextDay, 6)).toEqual({
      state: { day: 1, used: 6 },
      decision: { allowed: true, remaining: 4 },
    });
  });
});
