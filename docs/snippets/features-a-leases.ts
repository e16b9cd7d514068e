// #region imports
import { concurrency, createLimiter, tokenBucket } from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";
// #endregion
import type { Limiter } from "@sluice/limiter";

/** Holds a place while it renders; whether both buckets have room afterwards. */
export async function placesInRedis(
  url: string,
  render: (limiter: Limiter) => Promise<void>,
): Promise<readonly string[]> {
  // #region places
  const store = redisStore({ url });
  const limiter = createLimiter({ store, provider: "renders", account: "acme" });
  const places = { bucket: "renders", limit: concurrency({ max: 2, leaseMs: 10_000 }) };

  const grant = await limiter.acquire(places, { timeoutMs: 5000 });
  try {
    await render(limiter);
    if (!(await grant.renew())) throw new Error("the place was lost"); // ten seconds more, from now
  } finally {
    await grant.release();
  }
  // #endregion
  const after = await limiter.tryAcquire([places, { ...places, bucket: "others" }]);
  await limiter.close();
  await store.close();
  return [after.kind];
}

export async function leasedInRedis(url: string, calls: number): Promise<readonly string[]> {
  const seen: string[] = [];
  // #region lease
  const store = redisStore({ url });
  const limiter = createLimiter({ store, provider: "inbound", account: "shop", lease: { idleMs: 1000 } });
  const charge = { bucket: "searches", limit: tokenBucket({ refillRate: 500, burst: 1000 }) };

  const admit = async (): Promise<boolean> => {
    const now = limiter.tryAcquireSync(charge); // from tokens drawn in advance, in under a microsecond
    const decision = now.kind === "allowed" ? now : await limiter.tryAcquire(charge); // or asks the store
    return decision.kind === "allowed";
  };
  // #endregion
  for (let call = 0; call < calls; call += 1) {
    seen.push((await admit()) ? "admitted" : "refused");
    // As requests come: one after the other, with time for answers of the store between them.
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  seen.push(limiter.tryAcquireSync(charge).kind);
  await limiter.close();
  await store.close();
  return seen;
}
