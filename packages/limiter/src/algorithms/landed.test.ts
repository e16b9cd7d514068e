import { createFakeClock } from "@sluice/core/testing";
import { expect, it } from "vitest";
import { createLimiter } from "../limiter/create-limiter.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { slidingWindow } from "../limits/windows.js";
import { memoryStore } from "../memory/memory-store.js";

const window = { bucket: "w", limit: slidingWindow({ limit: 1, windowMs: 10_000 }) };

async function nextFreeAfterAnswerAt(answeredMs: number): Promise<number> {
  const clock = createFakeClock();
  const limiter = createLimiter({ store: memoryStore({ clock }), clock });
  const grant = await limiter.acquire(window);
  await clock.advance(answeredMs);
  await grant.landed();
  const decision = await limiter.tryAcquire(window);
  return clock.now() + (decision.kind === "delayed" ? decision.retryAfterMs : 0);
}

it("a window counts a request from its answer, since the provider may have counted it that late", async () => {
  expect(await nextFreeAfterAnswerAt(0)).toBe(10_000);
  expect(await nextFreeAfterAnswerAt(300)).toBe(10_300);
});

it("but never more than two seconds late: a slow answer was counted long before", async () => {
  expect(await nextFreeAfterAnswerAt(9000)).toBe(12_000);
});

it("a request answered after it has left the window takes nothing from the next", async () => {
  expect(await nextFreeAfterAnswerAt(10_000)).toBe(10_000);
});

it("a token bucket does not care, nor does a grant that was given back", async () => {
  const clock = createFakeClock();
  const limiter = createLimiter({ store: memoryStore({ clock }), clock });
  const bucket = { bucket: "b", limit: tokenBucket({ refillRate: 1, burst: 2 }) };
  const grant = await limiter.acquire([bucket, window]);
  await clock.advance(500);
  await grant.giveBack();
  await grant.landed();
  expect(await limiter.peek([bucket, window])).toMatchObject({ kind: "allowed", remaining: 1 });
  expect(await limiter.peek(bucket)).toMatchObject({ remaining: 2 });
});
