import { MemoryStore, type Options } from "express-rate-limit";
import { RedisStore } from "rate-limit-redis";
import { connect } from "./connect.js";
import { type Peer, windowOf } from "./peer.js";

/** The stores below the middleware: what a request costs there. */
export const expressRateLimit: Peer = {
  name: "express-rate-limit",

  memory(bound) {
    const { limit, windowMs } = windowOf(bound);
    const store = new MemoryStore();
    store.init({ windowMs } as Options);
    return {
      decide: async (key) => (await store.increment(key)).totalHits <= limit,
      close: () => store.shutdown(),
    };
  },

  redis({ url }, bound) {
    const { limit, windowMs } = windowOf(bound);
    const client = connect(url);
    const store = new RedisStore({
      sendCommand: (command = "", ...words) => client.call(command, ...words) as Promise<string>,
    });
    void store.init({ windowMs } as Options);
    return {
      decide: async (key) => (await store.increment(key)).totalHits <= limit,
      close: () => client.disconnect(),
    };
  },
};
