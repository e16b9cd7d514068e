import { type Clock, ConfigError, type Random, systemClock, systemRandom } from "@sluice/core";
import { contend, type Contest } from "./contend.js";
import type { LockKeeper } from "./keeper.js";
import { createLease, type Lease } from "./lease.js";
import type { Lock } from "./lock.js";
import { closedError, lockLost } from "./lock-errors.js";
import { type LockConfig, resolveLock } from "./resolve-lock.js";
import { createTurns } from "./turns.js";

/** What a lock takes besides its keeper. */
export interface LockSurroundings {
  readonly clock?: Clock;
  /** Spreads the attempts of those who wait. */
  readonly random?: Random;
}

/**
 * Waiting, deadlines, leases and their extension over a keeper that only knows single attempts. Those of one process wait in line;
 * between processes there is no order, but one that has held the lock while others waited lets them go first.
 */
export function createLock(
  keeper: LockKeeper,
  { clock = systemClock, random = systemRandom }: LockSurroundings = {},
): Lock {
  const leases = new Set<Lease>();
  const yields = createYields(clock);
  const contest: Contest = {
    keeper,
    clock,
    random,
    turns: createTurns(),
    waiting: new Set(),
    attempts: new Set(),
    notBeforeMs: yields.untilMs,
  };
  let closed = false;

  const take = async (config: LockConfig, automatic: boolean): Promise<Lease> => {
    const { name, leaseMs, signal } = config;
    signal?.throwIfAborted();
    if (closed) throw closedError(name);
    const { kept, startedMs, leave } = await contend(config, contest);
    const lease: Lease = createLease({
      name,
      kept,
      leaseMs,
      startedMs,
      clock,
      automatic,
      onEnd: () => {
        leases.delete(lease);
        if (kept.contended) yields.add(name, keeper.pollMs * 1.5);
        leave();
      },
    });
    leases.add(lease);
    if (closed) {
      await lease.lose("the lock was closed");
      throw closedError(name);
    }
    return lease;
  };

  /** Aborted after it was taken, before its caller has heard of it: that ends the wait all the same. */
  const unwanted = async (lease: Lease, signal: AbortSignal): Promise<never> => {
    await lease.giveBack();
    throw signal.reason;
  };

  return {
    async run(name, options, work) {
      const config = resolveLock(name, options);
      if (typeof work !== "function") throw new ConfigError({ option: "work", accepted: "a function", value: work });
      const lease = await take(config, true);
      if (config.signal?.aborted === true) return unwanted(lease, config.signal);
      let result: Awaited<ReturnType<typeof work>>;
      try {
        result = await work(lease.held);
      } catch (error) {
        await lease.giveBack();
        throw error;
      }
      lease.held.assertHeld();
      if ((await lease.giveBack()) === "gone")
        throw lockLost(name, "when it was given back, its store had forgotten it, or given it to somebody else");
      return result;
    },
    async acquire(name, options) {
      const config = resolveLock(name, options);
      const lease = await take(config, false);
      if (config.signal?.aborted === true) return unwanted(lease, config.signal);
      const release = async (): Promise<boolean> => (await lease.giveBack()) === "freed";
      return { ...lease.held, release, [Symbol.asyncDispose]: async () => void (await release()) };
    },
    async close() {
      if (closed) return;
      closed = true;
      for (const end of contest.waiting) end();
      await Promise.all([...contest.attempts, ...[...leases].map((lease) => lease.lose("the lock was closed"))]);
      await keeper.close();
    },
  };
}

/** Until when a process lets others go first, by name. */
function createYields(clock: Clock): { add(name: string, forMs: number): void; untilMs(name: string): number } {
  const untilMs = new Map<string, number>();
  return {
    add(name, forMs) {
      const nowMs = clock.now();
      // In order of time, since all are for about as long.
      for (const [other, otherMs] of untilMs) {
        if (otherMs > nowMs) break;
        untilMs.delete(other);
      }
      untilMs.delete(name);
      untilMs.set(name, nowMs + forMs);
    },
    untilMs: (name) => untilMs.get(name) ?? Number.NEGATIVE_INFINITY,
  };
}
