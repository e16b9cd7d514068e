import LocalStore from "@fastify/rate-limit/store/LocalStore.js";
import RedisStore from "@fastify/rate-limit/store/RedisStore.js";
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

  redis({ url }, bound) {
    const { limit, windowMs } = windowOf(bound);
    const client = connect(url);
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
  },
};
