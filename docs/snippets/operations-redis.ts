// #region imports
import { createLimiter, type Limit } from "@sluice/limiter";
import { type RedisClient, redisStore } from "@sluice/limiter-redis";
// #endregion
import type { RedisStore } from "@sluice/limiter-redis";

/** A store with all that production sets. */
export function connected(
  url: string,
  readPassword: () => Promise<string>,
  log: (text: string) => void,
): RedisStore & AsyncDisposable {
  // #region store
  const store = redisStore({
    url, // redis://, redis+sentinel://, redis+cluster://; rediss… over TLS
    username: "sluice",
    password: () => readPassword(), // asked anew for each connection
    prefix: "shop", // another fleet on the same Redis has another one
    commandTimeoutMs: 500, // longest wait for one answer
    onStoreError: "local", // while Redis is away: this process's share
    onEvent: ({ type, message }) => log(`${type}: ${message}`),
  });
  // #endregion
  return store;
}

// #region bytes
/** Bytes that each of so many buckets takes, in a Redis that nobody else uses meanwhile. */
export async function bytesOfEach(client: RedisClient, limit: Limit, buckets: number): Promise<number> {
  const usedMemory = async (): Promise<number> => Number(/used_memory:(\d+)/.exec(await client.info("memory"))?.[1]);
  const store = redisStore({ client });
  const limiter = createLimiter({ store, provider: "sizing", account: "acme" });
  const ask = (index: number) => limiter.tryAcquire({ bucket: `per-user/60000/user/${10_000_000 + index}`, limit });
  const fill = async (from: number, to: number): Promise<void> => {
    for (let first = from; first < to; first += 500)
      await Promise.all(Array.from({ length: Math.min(500, to - first) }, (_, index) => ask(first + index)));
  };
  await fill(0, 500); // what the server needs for itself is there from now on
  const before = await usedMemory();
  await fill(500, 500 + buckets);
  const bytes = ((await usedMemory()) - before) / buckets;
  await limiter.close();
  await store.close();
  return bytes;
}
// #endregion
