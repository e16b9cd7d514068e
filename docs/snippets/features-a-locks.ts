import { createLimiter, type CustomLimit, customLimit, withCustomLimits } from "@sluice/limiter";
import { redisLock, redisStates, redisStore } from "@sluice/limiter-redis";

/** A list that is only read and written whole, as members of a group are. */
export interface Members {
  read(): Promise<readonly string[]>;
  write(members: readonly string[], fence: number): Promise<void>;
}

export async function addedTogether(url: string, group: Members, users: readonly string[]): Promise<void> {
  // #region run
  const lock = redisLock({ url });

  const addMember = (user: string): Promise<void> =>
    lock.run("usergroup/S0000001", { leaseMs: 10_000, timeoutMs: 5000 }, async (held) => {
      const members = await group.read();
      held.assertHeld(); // right before what must not happen without the lock
      await group.write([...members, user], held.fence); // a number that grows with each holder
    });
  // #endregion
  await Promise.all(users.map(addMember));
  await lock.close();
}

/** What a holder learns, and one who comes meanwhile. */
export async function heldByHand(url: string): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  const lock = redisLock({ url });
  const other = redisLock({ url });
  {
    // #region acquire
    await using held = await lock.acquire("nightly", { leaseMs: 60_000, timeoutMs: 0 }); // 0: once, no waiting
    await held.extend(); // nobody else does it: a minute more, from now
    // given back at the end of the block, or by `held.release()`
    // #endregion
    seen.push(held.signal.aborted);
    await other
      .acquire("nightly", { timeoutMs: 0 })
      .catch((error: unknown) => seen.push((error as { code: string }).code));
  }
  const next = await other.acquire("nightly", { timeoutMs: 0 });
  seen.push(await next.release(), await next.release());
  await Promise.all([lock.close(), other.close()]);
  return seen;
}

// #region rule
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
