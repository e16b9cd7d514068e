import { anObject, type Clock, type Random, systemClock } from "@sluice/core";
import { createLock } from "./create-lock.js";
import type { LockKeeper } from "./keeper.js";
import type { Lock } from "./lock.js";

/** Settings of a lock in memory. */
export interface MemoryLockOptions {
  readonly clock?: Clock;
  readonly random?: Random;
}

/** A lock within this process alone: for one process, and for tests. */
export function memoryLock(options: MemoryLockOptions = {}): Lock {
  anObject("options", options);
  return createLock(memoryKeeper(options.clock ?? systemClock), options);
}

function memoryKeeper(clock: Clock): LockKeeper {
  const entries = new Map<string, { untilMs: number }>();
  // One count for all names grows for each of them, and nothing has to be remembered of names that nobody holds.
  let fence = 0;
  return {
    pollMs: 20,
    async take(name, leaseMs) {
      const other = entries.get(name);
      if (other !== undefined && other.untilMs > clock.now()) return undefined;
      const entry = { untilMs: clock.now() + leaseMs };
      entries.set(name, entry);
      fence += 1;
      return {
        fence,
        contended: false,
        async extend(forMs) {
          if (entries.get(name) !== entry || entry.untilMs <= clock.now()) return false;
          entry.untilMs = clock.now() + forMs;
          return true;
        },
        async release() {
          return entries.get(name) === entry && entries.delete(name);
        },
      };
    },
    close: async () => entries.clear(),
  };
}
