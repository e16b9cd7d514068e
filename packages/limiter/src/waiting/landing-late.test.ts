import { createFakeClock } from "@sluice/core/testing";
import { expect, it } from "vitest";
import { createLimiter } from "../limiter/create-limiter.js";
import { slidingWindow } from "../limits/windows.js";
import { memoryStore } from "../memory/memory-store.js";

it.each([
  [6000, 1500],
  [1000, 900],
])(
  "in a window of %d ms nobody is booked on requests in flight: answered after %d ms, they leave that much later",
  async (windowMs, lateMs) => {
    const clock = createFakeClock();
    const limiter = createLimiter({ store: memoryStore({ clock }), clock });
    const window = { bucket: "w", limit: slidingWindow({ limit: 2, windowMs }) };
    const first = [await limiter.acquire(window), await limiter.acquire(window)];
    const atMs: number[] = [];
    const waiting = [1, 2, 3].map(() =>
      limiter.acquire(window, { timeoutMs: 60_000 }).then(() => atMs.push(clock.now())),
    );
    await clock.advance(lateMs);
    for (const grant of first) await grant.landed();
    await clock.advance(30_000);
    await Promise.all(waiting);
    expect(atMs.slice(0, 2)).toEqual([lateMs + windowMs, lateMs + windowMs]);
  },
);
