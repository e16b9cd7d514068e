import { describe, expect, it } from "vitest";
import { concurrency } from "../limits/concurrency.js";
import { leakyBucket } from "../limits/leaky-bucket.js";
import type { Limit } from "../limits/limit.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { fixedWindow, slidingWindow, slidingWindowCounter } from "../limits/windows.js";
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
  "leaky bucket, 4 per second": {
    limit: leakyBucket({ rate: 4 }),
    rows: [
      [0, 1, { remaining: 0 }, "the first goes at once, and there is never a second beside it"],
      [0, 1, { retryAfterMs: 250 }, "the next follows at a distance"],
      [249, 1, { retryAfterMs: 1 }, "not a millisecond nearer"],
      [250, 3, { remaining: 0 }, "a dear one goes as soon as a cheap one"],
      [300, 1, { retryAfterMs: 700 }, "but keeps the next waiting three times as long"],
      [1000, 1, { remaining: 0 }, "until its space has passed"],
      [60_000, 1, { remaining: 0 }, "rest saves nothing up"],
      [60_000, 1, { retryAfterMs: 250 }, "so there is no burst after it"],
    ],
  },
  "fixed window of 3 in a second": {
    limit: fixedWindow({ limit: 3, windowMs: 1000 }),
    rows: [
      [100, 1, { remaining: 2 }, "the window opens with its first token"],
      [1050, 2, { remaining: 0 }, "and is the same until it closes"],
      [1050, 1, { retryAfterMs: 50 }, "full"],
      [1099, 1, { retryAfterMs: 1 }, "to its last millisecond"],
      [1100, 3, { remaining: 0 }, "the next one follows: five within 50 ms, the known weakness"],
      [1100, 4, "impossible", "more than a window ever holds"],
      [1200, 2, { retryAfterMs: 900 }, "which has to be waited for whole"],
      [5000, 1, { remaining: 2 }, "after a rest a window opens anew"],
      [5999, 3, { retryAfterMs: 1 }, "counted from there"],
    ],
  },
  "sliding window of 4 in a second, by two counts": {
    limit: slidingWindowCounter({ limit: 4, windowMs: 1000 }),
    rows: [
      [0, 4, { remaining: 0 }, "all of it is usable at once"],
      [999, 1, { retryAfterMs: 251 }, "the window before fades first: a quarter of it makes room for one"],
      [1249, 1, { retryAfterMs: 1 }, "evenly"],
      [1250, 1, { remaining: 0 }, "four of before count as three, and one is new"],
      [1500, 2, { retryAfterMs: 250 }, "two of before and one of now leave one"],
      [1750, 2, { remaining: 0 }, "one of before and one of now leave two"],
      [2000, 1, { remaining: 0 }, "a new window: three of before, all of them still"],
      [9000, 4, { remaining: 0 }, "an idle window is a new one"],
      [9000, 5, "impossible", "more than the window ever holds"],
    ],
  },
  "concurrency of 2, a lease of a second": {
    limit: concurrency({ max: 2, leaseMs: 1000 }),
    rows: [
      [0, 1, { remaining: 1 }, "a place"],
      [400, 1, { remaining: 0 }, "another"],
      [400, 1, { retryAfterMs: 600 }, "whoever never releases, holds it until the lease ends"],
      [1000, 1, { remaining: 0 }, "the first has ended"],
      [1000, 2, { retryAfterMs: 1000 }, "two at once have to wait for both"],
      [1000, 3, "impossible", "more than there are"],
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
