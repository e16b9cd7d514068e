// #region imports
import { redisLock } from "@sluice/limiter-redis";
// #endregion

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
