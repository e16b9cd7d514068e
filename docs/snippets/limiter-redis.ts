// #region imports
import { createLimiter, tokenBucket } from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";
// #endregion

export async function inRedis(url: string): Promise<string> {
  // #region redis
  const store = redisStore({ url });
  const limiter = createLimiter({ store, provider: "billing", account: "acme" });

  const decision = await limiter.tryAcquire({ bucket: "all", limit: tokenBucket({ refillRate: 50, burst: 100 }) });
  if (decision.kind === "delayed") console.log(`come back in ${decision.retryAfterMs} ms`);

  await limiter.close();
  await store.close();
  // #endregion
  return decision.kind;
}
