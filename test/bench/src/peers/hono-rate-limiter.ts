import { type HonoConfigType, MemoryStore } from "hono-rate-limiter";
import { type Peer, windowOf } from "./peer.js";

/** The store below the middleware. */
export const honoRateLimiter: Peer = {
  name: "hono-rate-limiter",
  memory(bound) {
    const { limit, windowMs } = windowOf(bound);
    const store = new MemoryStore();
    store.init({ windowMs } as HonoConfigType);
    return {
      decide: async (key) => (await store.increment(key)).totalHits <= limit,
      close: () => store.shutdown(),
    };
  },
};
