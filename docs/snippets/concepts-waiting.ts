// #region imports
import { isSluiceError, type LimitExceededError } from "@sluice/core";
import { createLimiter, memoryStore, tokenBucket } from "@sluice/limiter";
// #endregion
import type { Limiter } from "@sluice/limiter";

/** A limiter with one bucket that is spent: two a second, four at once. */
async function spentBucket(): Promise<{ limiter: Limiter; charge: Parameters<Limiter["acquire"]>[0] }> {
  // #region spent
  const limiter = createLimiter({ store: memoryStore(), provider: "billing", account: "acme" });
  const charge = { bucket: "requests", limit: tokenBucket({ refillRate: 2, burst: 4 }) };
  await limiter.acquire({ ...charge, cost: 4 }); // the bucket is spent: two tokens a second come
  // #endregion
  return { limiter, charge };
}

/** Three wait, one of them in a hurry; the order in which they go. */
export async function inOrder(): Promise<string[]> {
  const { limiter, charge } = await spentBucket();
  const went: string[] = [];
  const go = (name: string) => (): void => void went.push(name);
  // #region priority
  const waits = [
    limiter.acquire(charge).then(go("first")),
    limiter.acquire(charge).then(go("second")),
    limiter.acquire(charge, { priority: 5 }).then(go("in a hurry")),
  ];
  await Promise.all(waits); // in a hurry, first, second
  // #endregion
  await limiter.close();
  return went;
}

/** Who cannot be served in time hears it at once. */
export async function earlyNo(): Promise<{ retryAfterMs: number; tookMs: number }> {
  const { limiter, charge } = await spentBucket();
  const askedMs = performance.now();
  let retryAfterMs = 0;
  // #region early-no
  try {
    await limiter.acquire(charge, { timeoutMs: 100 }); // the next token comes in 500 ms
  } catch (error) {
    if (!isSluiceError(error) || error.code !== "LIMIT_EXCEEDED") throw error;
    ({ retryAfterMs } = error as LimitExceededError); // told at once, not after 100 ms; nothing was taken
  }
  // #endregion
  const tookMs = performance.now() - askedMs;
  await limiter.close();
  return { retryAfterMs, tookMs };
}

/** A slot that is booked and given back leaves no trace. */
export async function booked(): Promise<{ delayMs: number; after: string }> {
  const { limiter, charge } = await spentBucket();
  // #region reserve
  const slot = await limiter.reserve(charge, { maxDelayMs: 5000 });
  const { delayMs } = slot; // do something else until then, or
  await slot.cancel();
  // #endregion
  const { kind } = await limiter.peek(charge);
  await limiter.close();
  return { delayMs, after: kind };
}
