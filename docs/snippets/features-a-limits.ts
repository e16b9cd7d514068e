import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { pipeline } from "node:stream/promises";
import {
  concurrency,
  createLimiter,
  fixedWindow,
  leakyBucket,
  type Limiter,
  memoryStore,
  slidingWindow,
  slidingWindowCounter,
  throttleBytes,
  tokenBucket,
} from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";

type Say = (line: string) => void;

// #region kinds
export const kinds = {
  bursts: tokenBucket({ refillRate: 2, burst: 5 }), // five at once from rest, then two a second
  even: leakyBucket({ rate: 2 }), // one every half second
  exact: slidingWindow({ limit: 5, windowMs: 60_000 }), // five in any minute
  counted: fixedWindow({ limit: 5, windowMs: 60_000 }), // five in each minute, from the first one on
  estimated: slidingWindowCounter({ limit: 5, windowMs: 60_000 }), // five a minute, kept as two numbers
  atOnce: concurrency({ max: 5, leaseMs: 10_000 }), // five at a time
};
// #endregion

export async function decided(say: Say): Promise<readonly string[]> {
  // #region decide
  const limiter = createLimiter({ store: memoryStore(), provider: "billing", account: "acme" });
  const limit = tokenBucket({ refillRate: 0.1, burst: 3 });

  for (const cost of [2, 2, 5]) {
    const decision = await limiter.tryAcquire({ bucket: "reports", limit, cost });
    if (decision.kind === "allowed") say(`${cost}: yes, ${decision.remaining} left`);
    else if (decision.kind === "delayed") say(`${cost}: in ${Math.ceil(decision.retryAfterMs / 1000)} s`);
    else say(`${cost}: never, the bucket holds ${decision.burst}`);
  }
  // 2: yes, 1 left
  // 2: in 10 s
  // 5: never, the bucket holds 3

  const look = await limiter.peek({ bucket: "reports", limit }); // the same answer, and nothing is taken
  const now = limiter.tryAcquireSync({ bucket: "reports", limit }); // without a promise: in memory, or with `lease`
  // #endregion
  const after = await limiter.peek({ bucket: "reports", limit });
  await limiter.close();
  return [look.kind, now.kind, after.kind];
}

/** Holds a place while it renders; whether both buckets have room afterwards. */
export async function placesInRedis(
  url: string,
  render: (limiter: Limiter) => Promise<void>,
): Promise<readonly string[]> {
  const store = redisStore({ url });
  // #region places
  const limiter = createLimiter({ store, provider: "renders", account: "acme" });
  const places = { bucket: "renders", limit: concurrency({ max: 2, leaseMs: 10_000 }) };

  const grant = await limiter.acquire(places, { timeoutMs: 5000 });
  try {
    await render(limiter);
    if (!(await grant.renew())) throw new Error("the place was lost"); // ten seconds more, from now
  } finally {
    await grant.release();
  }
  // #endregion
  const after = await limiter.tryAcquire([places, { ...places, bucket: "others" }]);
  await limiter.close();
  await store.close();
  return [after.kind];
}

export async function leasedInRedis(url: string, calls: number): Promise<readonly string[]> {
  const store = redisStore({ url });
  const seen: string[] = [];
  // #region lease
  const limiter = createLimiter({ store, provider: "inbound", account: "shop", lease: { idleMs: 1000 } });
  const charge = { bucket: "searches", limit: tokenBucket({ refillRate: 500, burst: 1000 }) };

  const admit = async (): Promise<boolean> => {
    const now = limiter.tryAcquireSync(charge); // from tokens drawn in advance, in under a microsecond
    const decision = now.kind === "allowed" ? now : await limiter.tryAcquire(charge); // or asks the store
    return decision.kind === "allowed";
  };
  // #endregion
  for (let call = 0; call < calls; call += 1) {
    seen.push((await admit()) ? "admitted" : "refused");
    // As requests come: one after the other, with time for answers of the store between them.
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  seen.push(limiter.tryAcquireSync(charge).kind);
  await limiter.close();
  await store.close();
  return seen;
}

export async function copied(from: string, to: string): Promise<void> {
  const limiter = createLimiter({ store: memoryStore() });
  // #region bandwidth
  const perSecond = tokenBucket({ refillRate: 400_000, burst: 50_000 }); // tokens are bytes

  await pipeline(
    createReadStream(from),
    (source: AsyncIterable<Uint8Array>) => throttleBytes(source, limiter, { bucket: "backups", limit: perSecond }),
    createWriteStream(to),
  );
  // #endregion
  await limiter.close();
}

/** The same as the body of a request. */
export async function uploaded(body: Uint8Array, url: string, limiter: Limiter): Promise<number | undefined> {
  // #region upload
  const limit = tokenBucket({ refillRate: 1_000_000, burst: 100_000 });
  const upload = request(url, { method: "PUT" });
  const slow = throttleBytes([body], limiter, { bucket: "uploads", limit });
  const [answered] = await Promise.all([once(upload, "response"), pipeline(slow, upload)]);
  // #endregion
  const [response] = answered as [IncomingMessage];
  response.resume();
  return response.statusCode;
}
