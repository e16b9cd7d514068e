import { MemoryStore, type Options } from "express-rate-limit";
import { RedisStore } from "rate-limit-redis";
import type { Bound } from "@sluice/test/fleet";
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

  redis: ({ url }, bound) => shared(url, bound),
};

/** Told to let requests pass when the store fails. */
export const expressRateLimitPassing: Peer = {
  name: "express-rate-limit",
  redis({ url }, bound) {
    const { decide, close } = shared(url, bound);
    return { decide: async (key) => decide(key).catch(() => true), close };
  },
};

function shared(url: string, bound: Bound): { decide(key: string): Promise<boolean>; close(): void } {
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
}
