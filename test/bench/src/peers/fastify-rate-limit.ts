import LocalStore from "@fastify/rate-limit/store/LocalStore.js";
import RedisStore from "@fastify/rate-limit/store/RedisStore.js";
import type { Bound } from "@sluice/test/fleet";
import type { Redis } from "ioredis";
import { connect } from "./connect.js";
import { type Peer, windowOf } from "./peer.js";

// By default it forgets all but 5000 keys, and with them what they have used.
const CACHE = 200_000;

/** The stores below the plugin. */
export const fastifyRateLimit: Peer = {
  name: "@fastify/rate-limit",

  memory(bound) {
    const { limit, windowMs } = windowOf(bound);
    const store = new LocalStore(false, false, CACHE);
    let allowed = false;
    const counted = (_error: Error | null, result: { current: number } | null): void => {
      allowed = result !== null && result.current <= limit;
    };
    return {
      decide(key) {
        store.incr(key, counted, windowMs, limit);
        return allowed;
      },
      close: () => {},
    };
  },

  redis: ({ url }, bound) => shared(connect(url), bound),
};

/** With the settings of the client that its README recommends, and told to skip the limit when the store fails. */
export const fastifyRateLimitSkipping: Peer = {
  name: "@fastify/rate-limit",
  redis({ url }, bound) {
    const { decide, close } = shared(connect(url, { connectTimeout: 500, maxRetriesPerRequest: 1 }), bound);
    return { decide: async (key) => decide(key).catch(() => true), close };
  },
};

function shared(client: Redis, bound: Bound): { decide(key: string): Promise<boolean>; close(): void } {
  const { limit, windowMs } = windowOf(bound);
  const store = new RedisStore(false, false, client);
  return {
    decide: (key) =>
      new Promise((resolve, reject) => {
        store.incr(
          key,
          (error, result) => (error ? reject(error) : resolve(result !== null && result.current <= limit)),
          windowMs,
          limit,
        );
      }),
    close: () => client.disconnect(),
  };
}
