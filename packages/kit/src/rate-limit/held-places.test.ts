import { concurrency, createLimiter, memoryStore, slidingWindow, tokenBucket } from "@sluice/limiter";
import { createFakeClock } from "@sluice/core/testing";
import { StoreUnavailableError } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { drip, errorOf, rig } from "./rig.test-support.js";

const place = { bucket: "in flight", limit: concurrency({ max: 1, leaseMs: 300 }) };

describe("a place of a concurrency limit", () => {
  it("is held while the attempt runs, however much longer than its lease, and free when it has ended", async () => {
    const { clock, open, limiter, ask, sent } = rig({ charges: { list: [place] } });
    const long = open("list");
    await clock.advance(1000);
    expect(await limiter.peek(place)).toMatchObject({ kind: "delayed" });
    const next = ask("list");
    await clock.advance(10);
    expect(sent).toHaveLength(1);
    long.end();
    expect([await long.answer, await next]).toEqual(["answer", "answer"]);
    expect(await limiter.peek(place)).toMatchObject({ kind: "allowed" });
  });

  it("is free after an attempt that failed, and after one that a hook further in stopped", async () => {
    const { send, ask, limiter } = rig({
      charges: { list: [place] },
      inner: [
        { name: "veto", before: ({ args }) => (args === "veto" ? Promise.reject(new Error("veto")) : undefined) },
      ],
    });
    await errorOf(send("list", () => Promise.reject(new Error("cut"))));
    await errorOf(ask({ operation: "list", args: "veto" }));
    expect(await limiter.peek(place)).toMatchObject({ kind: "allowed" });
  });

  it("is left out while the store is away, where calls shall go on; the rates are still asked", async () => {
    const clock = createFakeClock();
    const store = memoryStore({ clock });
    const asked: string[][] = [];
    const limiter = createLimiter({
      clock,
      store: {
        ...store,
        immediate: false,
        async take(request) {
          asked.push(request.charges.map(({ bucket }) => bucket));
          if (request.charges.some(({ limit }) => limit.kind === "concurrency"))
            throw new StoreUnavailableError("away");
          return store.take(request);
        },
      },
    });
    const charges = { list: [place, drip] };
    const open = rig({ clock, charges, limiterFor: () => limiter, placesFailClosed: false });
    expect(await open.ask("list")).toBe("answer");
    expect(asked.at(-1)).toEqual(["drip"]);
    const closed = rig({ clock, charges, limiterFor: () => limiter });
    expect(await errorOf(closed.ask("list"))).toMatchObject({ code: "STORE_UNAVAILABLE" });
  });
});

describe("a refund", () => {
  const hour = { bucket: "hour", limit: slidingWindow({ limit: 2, windowMs: 3_600_000 }) };
  const minute = { bucket: "minute", limit: tokenBucket({ refillRate: 0.1, burst: 5 }) };

  it("gives back the tokens of its buckets, and of no others, though the request was sent", async () => {
    const { ask, limiter } = rig({
      charges: { list: [hour, minute] },
      feedback: () => ({ charges: [hour], refund: true }),
    });
    for (let round = 0; round < 4; round += 1) expect(await ask("list")).toBe("answer");
    expect(await limiter.peek(hour)).toMatchObject({ kind: "allowed", remaining: 2 });
    expect(await limiter.peek(minute)).toMatchObject({ kind: "allowed", remaining: 1 });
  });

  it("comes beside other words, each about its own buckets", async () => {
    const { ask, limiter, clock } = rig({
      charges: { list: [hour, minute] },
      feedback: () => [
        { charges: [hour], refund: true },
        { charges: [minute], retryAfterMs: 500, refused: false },
      ],
    });
    await ask("list");
    expect(await limiter.peek(minute)).toMatchObject({ kind: "delayed", retryAfterMs: 500 });
    await clock.advance(500);
    expect(await limiter.peek(hour)).toMatchObject({ kind: "allowed", remaining: 2 });
  });
});
