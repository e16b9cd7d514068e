import { createBreaker, createLimiter, tokenBucket } from "@sluice/limiter";
import { Redis } from "ioredis";
import { expect } from "vitest";
import { redisBreakerStore, redisLock, redisStates, redisStore } from "../index.js";
import type { RedisConnectionOptions } from "./options.js";

/** Slow enough that what is taken does not come back during a test. */
export const charge = { bucket: "b", limit: tokenBucket({ refillRate: 1e-3, burst: 1000 }) };

/** One of each kind at one Redis; each has been used, and one of them listens. */
export interface All extends AsyncDisposable {
  readonly parts: readonly { close(): Promise<void> }[];
}

export async function useAll(given: RedisConnectionOptions): Promise<All> {
  // A busy machine is not what is looked for.
  const options = { commandTimeoutMs: 5000, ...given };
  const store = redisStore({ ...options, onStoreError: "closed" });
  const [breakers, lock, states] = [redisBreakerStore(options), redisLock(options), redisStates(options)];
  const limiter = createLimiter({ store });
  const breaker = createBreaker({ name: "one", store: breakers });
  const parts = [limiter, breaker, store, breakers, lock, states];
  const close = async (): Promise<void> => {
    for (const part of parts) await part.close();
  };
  try {
    expect((await limiter.tryAcquire(charge)).kind).toBe("allowed");
    expect(await breaker.run(async () => 1)).toBe(1);
    expect(await lock.run("name", {}, () => states.load("scope", ["a"]))).toMatchObject({ texts: [undefined] });
    breakers.onChange("one", () => {});
  } catch (error) {
    // Nobody else would, and it would look for a way to its Redis for as long as this process lives.
    await close();
    throw error;
  }
  return { parts, [Symbol.asyncDispose]: close };
}

/** What a server says of those who are connected to it, without the one who asks. */
export async function clientsOf({ port }: { readonly port: number }): Promise<readonly string[]> {
  const own = new Redis({ port, host: "127.0.0.1", retryStrategy: () => null });
  own.on("error", () => {});
  const lines = await own
    .client("LIST")
    .then((text) =>
      String(text)
        .split("\n")
        .filter((line) => line.startsWith("id=")),
    )
    .finally(() => own.disconnect());
  return lines.filter((line) => !line.includes("cmd=client"));
}
