import { Readable } from "node:stream";
import { createFakeClock } from "@sluice/core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLimiter } from "../limiter/create-limiter.js";
import { concurrency } from "../limits/concurrency.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { memoryStore } from "../memory/memory-store.js";
import { throttleBytes } from "./throttle-bytes.js";

const limit = tokenBucket({ refillRate: 10_000, burst: 2_000 });

function rig() {
  const clock = createFakeClock();
  let questions = 0;
  const inner = memoryStore({ clock });
  const limiter = createLimiter({
    store: { ...inner, take: (request) => ((questions += 1), inner.take(request)) },
    clock,
  });
  return { clock, limiter, questions: () => questions };
}

/** Reads to the end; time passes whenever nobody can go on. */
async function read(stream: AsyncIterable<Uint8Array>, clock: ReturnType<typeof createFakeClock>) {
  const pieces: { bytes: number; atMs: number }[] = [];
  const content: number[] = [];
  const state = { ended: false };
  const reading = (async () => {
    for await (const piece of stream) {
      pieces.push({ bytes: piece.byteLength, atMs: clock.now() });
      content.push(...piece);
    }
  })().finally(() => (state.ended = true));
  reading.catch(() => {});
  while (!state.ended) await clock.advance(1);
  await reading;
  return { pieces, content };
}

describe("a stream of bytes", () => {
  it("comes through unchanged, whatever its chunks, and never faster than the limit", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 5000 }), { minLength: 1, maxLength: 8 }), async (chunks) => {
        const { clock, limiter } = rig();
        const { pieces, content } = await read(throttleBytes(chunks, limiter, { bucket: "bytes", limit }), clock);
        expect(content).toEqual(chunks.flatMap((chunk) => [...chunk]));
        for (let first = 0; first < pieces.length; first += 1) {
          let bytes = 0;
          for (const { bytes: own, atMs } of pieces.slice(first)) {
            bytes += own;
            const elapsedMs = atMs - (pieces[first] as { atMs: number }).atMs;
            // A slice is drawn before it is passed on.
            expect(bytes).toBeLessThanOrEqual(limit.burst + 500 + (limit.refillRate * elapsedMs) / 1000 + 1e-6);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it("uses the limit to the full", async () => {
    const { clock, limiter } = rig();
    const chunks = Array.from({ length: 50 }, () => new Uint8Array(1000));
    await read(throttleBytes(chunks, limiter, { bucket: "bytes", limit }), clock);
    const idealMs = ((50_000 - 2_000) / 10_000) * 1000;
    expect(clock.now()).toBeGreaterThanOrEqual(idealMs - 60);
    expect(clock.now()).toBeLessThan(idealMs * 1.03);
  });

  it("does not ask for every crumb, and gives back what it has not used", async () => {
    const { clock, limiter, questions } = rig();
    const crumbs = Array.from({ length: 1200 }, () => new Uint8Array(1));
    const slow = tokenBucket({ refillRate: 0.001, burst: 2_000 });
    await read(throttleBytes(crumbs, limiter, { bucket: "crumbs", limit: slow, sliceBytes: 500 }), clock);
    expect(questions()).toBeLessThan(10);
    expect(await limiter.peek({ bucket: "crumbs", limit: slow })).toMatchObject({ remaining: 800 });
  });

  it("draws a twentieth of a second's bytes at a time, or the burst where that is less", async () => {
    const drawn = async (own: typeof limit): Promise<number> => {
      const { limiter } = rig();
      const stream = throttleBytes([new Uint8Array(10_000)], limiter, { bucket: "bytes", limit: own });
      const first = await stream.next();
      await stream.return();
      return (first.value as Uint8Array).byteLength;
    };
    expect(await drawn(limit)).toBe(500);
    expect(await drawn(tokenBucket({ refillRate: 10_000, burst: 300 }))).toBe(300);
    expect(await drawn(tokenBucket({ refillRate: 1, burst: 300 }))).toBe(1);
  });

  it("gives a slice back whole when nothing of it was passed on, and keeps one that was used up", async () => {
    const slow = tokenBucket({ refillRate: 0.001, burst: 2_000 });
    const left = async (bytes: number) => {
      const { clock, limiter, questions } = rig();
      await read(throttleBytes([new Uint8Array(bytes)], limiter, { bucket: "b", limit: slow, sliceBytes: 500 }), clock);
      const asked = questions();
      const seen = await limiter.peek({ bucket: "b", limit: slow });
      return { remaining: seen.kind === "allowed" ? seen.remaining : 0, questions: asked };
    };
    expect(await left(0)).toEqual({ remaining: 2000, questions: 0 });
    // One question for each slice; what was used of the last is taken again by another.
    expect(await left(1000)).toEqual({ remaining: 1000, questions: 2 });
    expect(await left(700)).toEqual({ remaining: 1300, questions: 3 });
  });

  it("closes its source when the reader stops, when the caller aborts and when a slice would take too long", async () => {
    const { clock, limiter } = rig();
    let closed = 0;
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(500);
      } finally {
        closed += 1;
      }
    };
    for await (const piece of throttleBytes(endless(), limiter, { bucket: "one", limit })) {
      expect(piece.byteLength).toBe(500);
      break;
    }
    const controller = new AbortController();
    const gone = new Error("gone");
    const aborted = read(throttleBytes(endless(), limiter, { bucket: "two", limit, signal: controller.signal }), clock);
    const caught = aborted.catch((error: unknown) => error);
    clock.setTimer(() => controller.abort(gone), 50);
    expect(await caught).toBe(gone);
    const late = read(throttleBytes(endless(), limiter, { bucket: "three", limit, timeoutMs: 10 }), clock);
    await expect(late).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
    expect(closed).toBe(3);
  });

  it("is a Node stream or one of the web by one word more", async () => {
    const { clock, limiter } = rig();
    const source = Readable.from([Buffer.from("hello "), Buffer.from("world")]);
    const { content } = await read(Readable.from(throttleBytes(source, limiter, { bucket: "bytes", limit })), clock);
    expect(Buffer.from(content).toString()).toBe("hello world");
  });

  it("needs a token bucket and a slice within it", async () => {
    const { limiter } = rig();
    const wrong = { bucket: "bytes", limit, sliceBytes: 2001 };
    await expect(throttleBytes([], limiter, wrong).next()).rejects.toMatchObject({ option: "sliceBytes" });
    for (const other of [undefined, concurrency({ max: 1 })] as unknown as (typeof limit)[])
      await expect(throttleBytes([], limiter, { bucket: "bytes", limit: other }).next()).rejects.toMatchObject({
        option: "limit",
        accepted: expect.stringContaining("tokenBucket"),
      });
  });
});
