// #region imports
import { createLimiter, memoryStore, slidingWindow, tokenBucket } from "@sluice/limiter";
// #endregion

export async function inMemory(): Promise<string> {
  // #region limiter
  const limiter = createLimiter({ store: memoryStore(), provider: "billing", account: "acme" });

  const perSecond = tokenBucket({ refillRate: 50, burst: 100 });
  const perMinute = slidingWindow({ limit: 600, windowMs: 60_000 });

  // Both or neither; waits until both have room, at most five seconds.
  const grant = await limiter.acquire(
    [
      { bucket: "all", limit: perSecond },
      { bucket: "reports", limit: perMinute, cost: 5 },
    ],
    { timeoutMs: 5000 },
  );
  // … use it, or:
  await grant.giveBack();
  // #endregion
  const decision = await limiter.peek({ bucket: "reports", limit: perMinute });
  await limiter.close();
  return decision.kind;
}
