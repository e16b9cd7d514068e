// #region kinds
import {
  concurrency,
  createLimiter,
  fixedWindow,
  leakyBucket,
  memoryStore,
  slidingWindow,
  slidingWindowCounter,
  tokenBucket,
} from "@sluice/limiter";

export const kinds = {
  bursts: tokenBucket({ refillRate: 2, burst: 5 }), // five at once from rest, then two a second
  even: leakyBucket({ rate: 2 }), // one every half second
  exact: slidingWindow({ limit: 5, windowMs: 60_000 }), // five in any minute
  counted: fixedWindow({ limit: 5, windowMs: 60_000 }), // five in each minute, from the first one on
  estimated: slidingWindowCounter({ limit: 5, windowMs: 60_000 }), // five a minute, kept as two numbers
  atOnce: concurrency({ max: 5, leaseMs: 10_000 }), // five at a time
};
// #endregion

export async function decided(say: (line: string) => void): Promise<readonly string[]> {
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
