import { createLimiter, memoryStore, tokenBucket } from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";
import type { Bound } from "@sluice/test/fleet";
import type { Decider, Peer } from "./peer.js";

export const sluice: Peer = {
  name: "sluice",

  memory(bound) {
    const limiter = createLimiter({ store: memoryStore({ maxBuckets: 1_000_000 }) });
    const limit = tokenBucket(bound);
    return {
      decide: (key) => limiter.tryAcquireSync({ bucket: key, limit }).kind === "allowed",
      close: () => limiter.close(),
    };
  },

  redis: ({ url }, bound) => shared(url, "local", bound),

  waiting({ url, bucket }, bound) {
    const store = redisStore({ url });
    const limiter = createLimiter({ store, provider: "bench" });
    const charge = { bucket, limit: tokenBucket(bound) };
    return {
      ready: () => limiter.peek(charge),
      async wait() {
        const { atUs } = await limiter.acquire(charge, { timeoutMs: 600_000 });
        return {
          atUs,
          answered: ({ refused, retryAfterMs }) =>
            refused ? limiter.observe(charge, { retryAfterMs, refused }) : Promise.resolve(),
        };
      },
      async close() {
        await limiter.close();
        await store.close();
      },
    };
  },
};

/** Without a share of its own while Redis is away. */
export const sluiceClosed: Peer = {
  name: "sluice",
  redis: ({ url }, bound) => shared(url, "closed", bound),
};

function shared(url: string, onStoreError: "local" | "closed", bound: Bound): Decider {
  const store = redisStore({ url, onStoreError });
  const limiter = createLimiter({ store, provider: "bench" });
  const limit = tokenBucket(bound);
  return {
    decide: async (key) => (await limiter.tryAcquire({ bucket: key, limit })).kind === "allowed",
    async close() {
      await limiter.close();
      await store.close();
    },
  };
}
