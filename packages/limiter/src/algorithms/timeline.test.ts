import { describe, expect, it } from "vitest";
import { type Limit, slidingWindow, tokenBucket } from "../limits/limit.js";
import { memoryStore } from "../memory/memory-store.js";
import { createLimiter } from "../limiter/create-limiter.js";
import { createFakeClock } from "@sluice/core/testing";

/** At this instant, this cost is answered so: tokens remaining, or milliseconds to wait. */
type Row = readonly [
  atMs: number,
  cost: number,
  answer: { remaining: number } | { retryAfterMs: number } | "impossible",
  why: string,
];

const timelines: Record<string, { limit: Limit; rows: readonly Row[] }> = {
  "token bucket of 3, refilled at 2 per second": {
    limit: tokenBucket({ refillRate: 2, burst: 3 }),
    rows: [
      [0, 2, { remaining: 1 }, "an idle bucket admits a burst"],
      [0, 2, { retryAfterMs: 500 }, "one of two is there, the other drips in after half a second"],
      [499, 2, { retryAfterMs: 1 }, "a millisecond early is early"],
      [500, 2, { remaining: 0 }, "on time, although it was refused before: refusals take nothing"],
      [500, 4, "impossible", "more than the bucket ever holds"],
      [10_000, 3, { remaining: 0 }, "rest fills it to the burst and no further"],
      [10_000, 0, { remaining: 0 }, "a cost of 0 is a look"],
      [10_250, 1, { retryAfterMs: 250 }, "half a token is no token"],
    ],
  },
  "token bucket of 1, one every 3 seconds": {
    limit: tokenBucket({ refillRate: 1 / 3, burst: 1 }),
    rows: [
      [0, 1, { remaining: 0 }, "the first is free"],
      [2999, 1, { retryAfterMs: 1 }, "asking often does not bring the next sooner"],
      [3000, 1, { remaining: 0 }, "nor does a rate that is no round number lose time"],
    ],
  },
  "sliding window of 3 in a second": {
    limit: slidingWindow({ limit: 3, windowMs: 1000 }),
    rows: [
      [0, 1, { remaining: 2 }, "all of it is usable at once"],
      [400, 2, { remaining: 0 }, "or later"],
      [999, 1, { retryAfterMs: 1 }, "the first is still in the window"],
      [1000, 1, { remaining: 0 }, "the window ends where the next begins: no doubling at the edge"],
      [1000, 1, { retryAfterMs: 400 }, "the two of 400 leave together"],
      [1399, 2, { retryAfterMs: 1 }, "not before"],
      [1400, 2, { remaining: 0 }, "two left, two come"],
      [1400, 4, "impossible", "more than the window ever holds"],
      [5000, 3, { remaining: 0 }, "an idle window is a new one"],
    ],
  },
};

for (const [name, { limit, rows }] of Object.entries(timelines)) {
  describe(name, () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ store: memoryStore({ clock }), clock });
    for (const [atMs, cost, answer, why] of rows) {
      it(`at ${atMs} ms, cost ${cost}: ${why}`, async () => {
        await clock.advance(atMs - clock.now());
        const decision = await limiter.tryAcquire({ bucket: "b", limit, cost });
        expect(decision).toMatchObject(
          answer === "impossible"
            ? { kind: "impossible" }
            : "remaining" in answer
              ? { kind: "allowed", ...answer }
              : { kind: "delayed", ...answer },
        );
      });
    }
  });
}
