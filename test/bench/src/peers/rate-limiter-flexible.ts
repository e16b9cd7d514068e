import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterQueue, RateLimiterRedis } from "rate-limiter-flexible";
import { connect } from "./connect.js";
import { type Peer, windowOf } from "./peer.js";

// Its windows are whole seconds: with a part of one its key in Redis never expires, and refuses for ever.
const WHOLE_SECOND_MS = 1000;

export const rateLimiterFlexible: Peer = {
  name: "rate-limiter-flexible",

  memory(bound) {
    const { limit, windowMs } = windowOf(bound, WHOLE_SECOND_MS);
    const limiter = new RateLimiterMemory({ points: limit, duration: windowMs / 1000 });
    return { decide: (key) => consumed(limiter, key), close: () => {} };
  },

  redis({ url }, bound) {
    const { limit, windowMs } = windowOf(bound, WHOLE_SECOND_MS);
    const storeClient = connect(url);
    const limiter = new RateLimiterRedis({ storeClient, points: limit, duration: windowMs / 1000 });
    return { decide: (key) => consumed(limiter, key), close: () => storeClient.disconnect() };
  },

  waiting({ url, bucket }, bound) {
    const { limit, windowMs } = windowOf(bound, WHOLE_SECOND_MS);
    const storeClient = connect(url);
    const queue = new RateLimiterQueue(new RateLimiterRedis({ storeClient, points: limit, duration: windowMs / 1000 }));
    return {
      async wait() {
        await queue.removeTokens(1, bucket);
        return {};
      },
      close: () => storeClient.disconnect(),
    };
  },
};

/** As its page on the insurance strategy says: no queue while disconnected, and a limiter in memory with this process's part of the points. */
export const rateLimiterFlexibleInsured: Peer = {
  name: "rate-limiter-flexible",
  redis({ url, processes }, bound) {
    const { limit, windowMs } = windowOf(bound, WHOLE_SECOND_MS);
    const storeClient = connect(url, { enableOfflineQueue: false });
    const duration = windowMs / 1000;
    const insuranceLimiter = new RateLimiterMemory({ points: Math.max(1, Math.floor(limit / processes)), duration });
    const limiter = new RateLimiterRedis({
      storeClient,
      points: limit,
      duration,
      insuranceLimiter,
      rejectIfRedisNotReady: true,
    });
    return { decide: (key) => consumed(limiter, key), close: () => storeClient.disconnect() };
  },
};

/** A refusal is thrown there, and is no Error. */
async function consumed(limiter: RateLimiterAbstract, key: string): Promise<boolean> {
  try {
    await limiter.consume(key);
    return true;
  } catch (refusal) {
    if (refusal instanceof Error) throw refusal;
    return false;
  }
}
