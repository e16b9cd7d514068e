// #region rule
import { createLimiter, type CustomLimit, customLimit, withCustomLimits } from "@sluice/limiter";
import { redisLock, redisStates, redisStore } from "@sluice/limiter-redis";

/** So many in each calendar day of UTC, as some providers count. */
export const perDay = (limit: number): CustomLimit =>
  customLimit({
    name: `calendar day of ${limit}`, // other numbers, another name
    capacity: limit,
    initial: { day: 0, used: 0 },
    algorithm: (state, nowMs, cost) => {
      const day = Math.floor(nowMs / 86_400_000);
      const used = state.day === day ? state.used : 0;
      const allowed = used + cost <= limit;
      return allowed
        ? { state: { day, used: used + cost }, decision: { allowed, remaining: limit - used - cost } }
        : { state, decision: { allowed, retryAfterMs: (day + 1) * 86_400_000 - nowMs } };
    },
  });
// #endregion

export async function counted(url: string, cost: number): Promise<readonly string[]> {
  // #region store
  const [inner, lock, states] = [redisStore({ url }), redisLock({ url }), redisStates({ url })];
  const store = withCustomLimits(inner, { lock, states });
  const limiter = createLimiter({ store, provider: "billing", account: "acme" });

  const decision = await limiter.tryAcquire({ bucket: "invoices", limit: perDay(10), cost });
  // #endregion
  const after = await limiter.peek({ bucket: "invoices", limit: perDay(10), cost });
  await limiter.close();
  for (const one of [store, lock, states]) await one.close();
  return [decision.kind, after.kind];
}
