import { type HonoConfigType, RedisStore } from "hono-rate-limiter";
import type { Bound } from "@sluice/test/fleet";
import type { Redis } from "ioredis";
import { connect } from "../peers/connect.js";
import { windowOf } from "../peers/peer.js";

/** Its store, over the client that everybody else has. */
export function honoStore(client: Redis): RedisStore {
  return new RedisStore({
    client: {
      scriptLoad: async (script) => String(await client.script("LOAD", script)),
      evalsha: async <Words extends unknown[], Answer = unknown>(sha: string, keys: string[], words: Words) =>
        (await client.evalsha(sha, keys.length, ...keys, ...words.map(String))) as Answer,
      decr: (key) => client.decr(key),
      del: (key) => client.del(key),
    },
  });
}

/** What its middleware asks for each request. */
export function honoOverRedis(url: string, bound: Bound): (user: string) => Promise<boolean> {
  const { limit, windowMs } = windowOf(bound);
  const store = honoStore(connect(url));
  store.init({ windowMs } as HonoConfigType);
  return async (user) => (await store.increment(user)).totalHits <= limit;
}
