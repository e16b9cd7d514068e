// #region imports
import { createLimiter } from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";
// #endregion
import { type Limiter, tokenBucket } from "@sluice/limiter";
import type { StoreEvent } from "@sluice/limiter-redis";

/** A limiter that lives through an outage of its Redis. */
export function outliving(
  url: string,
  onEvent: (event: StoreEvent) => void,
): { limiter: Limiter; close(): Promise<void> } {
  // #region store
  const store = redisStore({
    url,
    onStoreError: "local", // or "open": admit, or "closed": refuse
    commandTimeoutMs: 500, // longest that a call waits for an answer before it goes by the rule above
    onEvent, // once when Redis goes, once when it is back
  });
  const limiter = createLimiter({ store, provider: "billing", account: "acme" });
  // #endregion
  return {
    limiter,
    async close() {
      await limiter.close();
      await store.close();
    },
  };
}

export const requests = { bucket: "requests", limit: tokenBucket({ refillRate: 10, burst: 20 }) };
