// #region imports
import { createLimiter, slidingWindow, tokenBucket } from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";
// #endregion
import type { Decision } from "@sluice/limiter";

/** Two processes of one account, and what each is told. */
export async function twoProcesses(url: string): Promise<{ grants: number; told: Decision; paused: Decision }> {
  // #region charges
  // As in two processes: two stores, which share nothing but their Redis.
  const [oneStore, otherStore] = [redisStore({ url }), redisStore({ url })];
  const one = createLimiter({ store: oneStore, provider: "billing", account: "acme" });
  const other = createLimiter({ store: otherStore, provider: "billing", account: "acme" });

  // One call, two limits: the account's rate, and what may be written in a minute. Both are taken, or none.
  const requests = { bucket: "requests", limit: tokenBucket({ refillRate: 50, burst: 100 }) };
  const writes = { bucket: "writes", limit: slidingWindow({ limit: 6, windowMs: 60_000 }), cost: 2 };
  const decisions = await Promise.all(
    [one, other, one, other].map((limiter) => limiter.tryAcquire([requests, writes])),
  );
  // #endregion
  const told = await other.tryAcquire([requests, writes]);
  // #region feedback
  // The provider said 429 to one process: the bucket rests in all of them.
  await one.observe(requests, { retryAfterMs: 3000 });
  const paused = await other.tryAcquire(requests); // delayed, in the other process too
  // #endregion
  for (const closing of [one, other, oneStore, otherStore]) await closing.close();
  return { grants: decisions.filter(({ kind }) => kind === "allowed").length, told, paused };
}
