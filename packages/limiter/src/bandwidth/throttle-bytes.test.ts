import { getEventListeners } from "node:events";
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

/** A source of which nobody knows how much it has. */
async function* unknown(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
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
    await read(throttleBytes(unknown(crumbs), limiter, { bucket: "crumbs", limit: slow, sliceBytes: 500 }), clock);
    expect(questions()).toBeLessThan(15);
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
    const left = async (...chunks: number[]) => {
      const { clock, limiter, questions } = rig();
      const source = unknown(chunks.map((bytes) => new Uint8Array(bytes)));
      await read(throttleBytes(source, limiter, { bucket: "b", limit: slow, sliceBytes: 500 }), clock);
      const asked = questions();
      const seen = await limiter.peek({ bucket: "b", limit: slow });
      return { remaining: seen.kind === "allowed" ? seen.remaining : 0, questions: asked };
    };
    expect(await left(0)).toEqual({ remaining: 2000, questions: 0 });
    // One question for each slice; what was used of the last is taken again by another.
    expect(await left(1000)).toEqual({ remaining: 1000, questions: 2 });
    expect(await left(500, 100, 1)).toEqual({ remaining: 1399, questions: 3 });
    const { limiter } = rig();
    const charge = { bucket: "b", limit: slow };
    const aborted = new AbortController();
    const first = limiter.acquire.bind(limiter);
    const late = {
      ...limiter,
      acquire: (...how: Parameters<typeof first>) => first(...how).finally(() => aborted.abort()),
    };
    await expect(
      throttleBytes([new Uint8Array(9)], late, { ...charge, signal: aborted.signal }).next(),
    ).rejects.toThrow();
    expect(await limiter.peek(charge)).toMatchObject({ remaining: 2000 });
  });

  it("draws no more than comes, where that can be known", async () => {
    const { clock, limiter, questions } = rig();
    const slow = tokenBucket({ refillRate: 0.001, burst: 700 });
    const body = [new Uint8Array(100), new Uint8Array(0), new Uint8Array(600)];
    const startedMs = clock.now();
    await read(throttleBytes(body, limiter, { bucket: "b", limit: slow, sliceBytes: 500 }), clock);
    expect(clock.now() - startedMs).toBeLessThan(5);
    expect(questions()).toBe(2);
  });

  it("passes on no more than burst and rate allow, however many streams end with part of a slice", async () => {
    const bytes = fc.integer({ min: 1, max: 2500 });
    const stream = fc.record({
      chunks: fc.array(bytes, { minLength: 1, maxLength: 4 }),
      sliceBytes: fc.integer({ min: 1, max: 2000 }),
      known: fc.boolean(),
      startMs: fc.integer({ min: 0, max: 500 }),
      stopAfter: fc.option(fc.integer({ min: 1, max: 3 }), { nil: Number.POSITIVE_INFINITY }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(stream, { minLength: 2, maxLength: 8 }),
        fc.constantFrom(5000, 20_000),
        async (streams, refillRate) => {
          const { clock, limiter } = rig();
          const own = tokenBucket({ refillRate, burst: 2000 });
          const state = { running: streams.length };
          let passed = 0;
          const one = async ({ chunks, sliceBytes, known, startMs, stopAfter }: (typeof streams)[number]) => {
            await new Promise<void>((resolve) => void clock.setTimer(resolve, startMs));
            const body = chunks.map((length) => new Uint8Array(length));
            let pieces = 0;
            let lastMs = clock.now();
            const how = { bucket: "bytes", limit: own, sliceBytes };
            for await (const piece of throttleBytes(known ? body : unknown(body), limiter, how)) {
              passed += piece.byteLength;
              lastMs = clock.now();
              expect(passed).toBeLessThanOrEqual(own.burst + (refillRate * clock.now()) / 1000 + 1e-6);
              if ((pieces += 1) >= stopAfter) break;
            }
            // Its end waits for nobody.
            expect(clock.now()).toBe(lastMs);
          };
          const all = Promise.all(streams.map((each) => one(each).finally(() => (state.running -= 1))));
          all.catch(() => {});
          while (state.running > 0) await clock.advance(1);
          await all;
        },
      ),
      { numRuns: 40 },
    );
  });

  it("keeps its rate with slices of two seconds that all but end it", async () => {
    const { clock, limiter } = rig();
    const own = tokenBucket({ refillRate: 20_000, burst: 40_000 });
    const streams = Array.from({ length: 8 }, (_, index) => {
      const body = [new Uint8Array(39_999)];
      const how = { bucket: "b", limit: own, sliceBytes: 40_000 };
      return throttleBytes(index % 2 === 0 ? body : unknown(body), limiter, how);
    });
    const startedMs = clock.now();
    const state = { running: streams.length };
    for (const stream of streams)
      void (async () => {
        for await (const _ of stream);
        state.running -= 1;
      })();
    while (state.running > 0) await clock.advance(1);
    expect(clock.now() - startedMs).toBeGreaterThanOrEqual(13_999);
    expect(clock.now() - startedMs).toBeLessThan(14_100);
  });

  it("shares the rate among many short streams without losing much of it", async () => {
    const { clock, limiter } = rig();
    const own = tokenBucket({ refillRate: 100_000, burst: 10_000 });
    const state = { running: 200 };
    for (let n = 0; n < 200; n += 1)
      void (async () => {
        const how = { bucket: "b", limit: own };
        for await (const _ of throttleBytes(unknown([new Uint8Array(300), new Uint8Array(700)]), limiter, how));
        state.running -= 1;
      })();
    while (state.running > 0) await clock.advance(1);
    expect(clock.now()).toBeGreaterThanOrEqual(1900);
    expect(clock.now()).toBeLessThan(2100);
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

  describe("whose caller aborts", () => {
    const reason = new Error("mine");
    const drained = async (stream: AsyncIterable<Uint8Array>, onPiece?: (pieces: number) => void) => {
      let pieces = 0;
      for await (const _ of stream) {
        pieces += 1;
        onPiece?.(pieces);
      }
      return pieces;
    };

    it("ends with the reason while its source has nothing to read, and leaves the source", async () => {
      const { limiter } = rig();
      const controller = new AbortController();
      const { signal } = controller;
      let left = 0;
      const stalled: AsyncIterable<Uint8Array> = {
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise(() => {}),
          return: () => ((left += 1), new Promise(() => {})),
        }),
      };
      const reading = drained(throttleBytes(stalled, limiter, { bucket: "b", limit, signal }));
      const node = new Readable({ read() {} });
      const readingNode = drained(throttleBytes(node, limiter, { bucket: "b", limit, signal }));
      reading.catch(() => {});
      readingNode.catch(() => {});
      await new Promise((resolve) => setImmediate(resolve));
      controller.abort(reason);
      await expect(reading).rejects.toBe(reason);
      await expect(readingNode).rejects.toBe(reason);
      expect(left).toBe(1);
      expect(node.destroyed).toBe(true);
      expect(getEventListeners(signal, "abort")).toEqual([]);
    });

    it("passes on nothing more of what was drawn, nor of a chunk that was read", async () => {
      const { limiter } = rig();
      const crumbs = Array.from({ length: 100 }, () => new Uint8Array(10));
      for (const source of [crumbs, unknown(crumbs), [new Uint8Array(1500)]]) {
        const controller = new AbortController();
        const { signal } = controller;
        let pieces = 0;
        const reading = drained(throttleBytes(source, limiter, { bucket: "b", limit, signal }), (number) => {
          pieces = number;
          if (number === 2) controller.abort(reason);
        });
        await expect(reading).rejects.toBe(reason);
        expect(pieces).toBe(2);
        expect(getEventListeners(signal, "abort")).toEqual([]);
      }
    });

    it("does not even begin when that was before", async () => {
      const { limiter, questions } = rig();
      const signal = AbortSignal.abort(reason);
      for (const source of [[], [new Uint8Array(1)], unknown([])])
        await expect(drained(throttleBytes(source, limiter, { bucket: "b", limit, signal }))).rejects.toBe(reason);
      expect(questions()).toBe(0);
    });

    it("leaves nothing with a signal that does not abort, whether it ends, fails or is left", async () => {
      const { limiter } = rig();
      const { signal } = new AbortController();
      const failure = new Error("source");
      let closed = 0;
      const own = async function* (): AsyncGenerator<Uint8Array> {
        try {
          yield new Uint8Array(1);
          throw failure;
        } finally {
          closed += 1;
        }
      };
      const how = { bucket: "b", limit, signal };
      expect(await drained(throttleBytes(unknown([new Uint8Array(1)]), limiter, how))).toBe(1);
      await expect(drained(throttleBytes(own(), limiter, how))).rejects.toBe(failure);
      for await (const _ of throttleBytes(own(), limiter, how)) break;
      expect(closed).toBe(2);
      expect(getEventListeners(signal, "abort")).toEqual([]);
    });
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
