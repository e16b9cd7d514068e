// One process that holds many buckets. It runs with --expose-gc.
import { type Charge, createLimiter, type Limit, memoryStore } from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";
import { settledHeap } from "../heap.js";
import { serve } from "../children/serve.js";

const AT_ONCE = 1000;

const handlers = {
  /** Bytes that each bucket takes in this process, with the buckets themselves in memory or in a Redis. */
  async measure({ limit, buckets, url }: { limit: Limit; buckets: number; url: string | undefined }): Promise<{
    heapBytes: number;
    outsideBytes: number;
  }> {
    const names = Array.from({ length: buckets }, (_, index) => `bucket ${index}`);
    const store = url === undefined ? memoryStore({ maxBuckets: buckets * 2 }) : redisStore({ url });
    const limiter = createLimiter({ store, provider: "bench" });
    const ask = async (bucket: string): Promise<void> => {
      const charge: Charge = { bucket, limit };
      const { kind } = await limiter.tryAcquire(charge);
      if (kind !== "allowed") throw new Error(`a fresh bucket said ${kind}`);
    };
    await ask("the first");
    const before = await settledHeap();
    for (let from = 0; from < buckets; from += AT_ONCE) await Promise.all(names.slice(from, from + AT_ONCE).map(ask));
    const after = await settledHeap();
    await limiter.close();
    await store.close();
    return {
      heapBytes: (after.heapBytes - before.heapBytes) / buckets,
      outsideBytes: (after.outsideBytes - before.outsideBytes) / buckets,
    };
  },
};
export type SizeHandlers = typeof handlers;
serve(handlers);
