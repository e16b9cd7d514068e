import {
  concurrency,
  createBreaker,
  createLimiter,
  customLimit,
  fixedWindow,
  leakyBucket,
  type Limit,
  slidingWindow,
  slidingWindowCounter,
  tokenBucket,
  withCustomLimits,
} from "@sluice/limiter";
import {
  redisBreakerStore,
  type RedisConnectionOptions,
  redisLock,
  redisStates,
  redisStore,
  type StoreEvent,
} from "@sluice/limiter-redis";
import { collectWarnings, PATIENT_MS } from "./c-support.js";

/** One limit of each algorithm, so slow that nothing comes back by itself. */
export const limits: Readonly<Record<string, Limit>> = {
  tokenBucket: tokenBucket({ refillRate: 1e-3, burst: 20 }),
  leakyBucket: leakyBucket({ rate: 1e-3 }),
  slidingWindow: slidingWindow({ limit: 20, windowMs: 600_000 }),
  fixedWindow: fixedWindow({ limit: 20, windowMs: 600_000 }),
  slidingWindowCounter: slidingWindowCounter({ limit: 20, windowMs: 600_000 }),
  concurrency: concurrency({ max: 20, leaseMs: 600_000 }),
};

/** What came of using everything. */
export interface Used {
  readonly features: number;
  readonly warnings: readonly string[];
}

/** Uses all that is kept in Redis, the rare paths included. @throws whatever fails. */
export async function useEverything(where: RedisConnectionOptions): Promise<Used> {
  const options = { commandTimeoutMs: PATIENT_MS, ...where };
  using warnings = collectWarnings("SLUICE_STORE");
  const events: StoreEvent[] = [];
  await using inner = redisStore({ ...options, onStoreError: "closed", onEvent: (event) => events.push(event) });
  await using lock = redisLock(options);
  await using states = redisStates(options);
  await using breakers = redisBreakerStore(options);
  let features = 0;
  const did = (): void => void (features += 1);

  const store = withCustomLimits(inner, { lock, states });
  const limiter = createLimiter({ store, provider: "test", account: "acme" });
  for (const [bucket, limit] of Object.entries(limits)) {
    const grant = await limiter.acquire({ bucket, limit }, { timeoutMs: 5000 });
    await grant.renew();
    await grant.landed();
    await grant.release();
    await grant.giveBack();
    did();
  }
  await limiter.observe({ bucket: "slidingWindow", limit: limits["slidingWindow"] as Limit }, { remaining: 1 });
  await limiter.observe({ bucket: "tokenBucket", limit: limits["tokenBucket"] as Limit }, { retryAfterMs: 5 });
  did();
  const counter = customLimit<number>({
    name: "counter",
    initial: 0,
    algorithm: (state) => ({ state: state + 1, decision: { allowed: true } }),
  });
  await limiter.tryAcquire({ bucket: "custom", limit: counter });
  did();
  const rules = {
    steps: [{ violations: 1, rate: 0.5 }],
    recoveryMs: 60_000,
    maxBonus: 0,
    generation: "1",
  };
  await inner.standings?.("test:acme", ["ann"], rules);
  await inner.forgive?.("test:acme", ["ann"]);
  did();

  // Two at once: the second one waits, and says so.
  const inTurn = (): Promise<void> =>
    lock.run("job", { leaseMs: 5000, timeoutMs: 10_000 }, async ({ extend }) => {
      await extend();
      await new Promise((resolve) => setTimeout(resolve, 80));
    });
  await Promise.all([inTurn(), inTurn()]);
  did();

  const breaker = createBreaker({ name: "one", store: breakers, consecutiveFailures: 1, openMs: 50 });
  const stop = breakers.onChange("one", () => {});
  await breaker.run(() => Promise.reject(new Error("down"))).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 120));
  await breaker.run(async () => 1).catch(() => {});
  await breaker.force("isolated");
  await breaker.reset();
  stop();
  await breaker.close();
  did();
  await limiter.close();
  // What runs in the background is done by then.
  await new Promise((resolve) => setTimeout(resolve, 500));
  const failures = events.map(({ message }) => message);
  return { features, warnings: [...warnings.texts, ...failures] };
}
