import type { Kept, LockKeeper } from "@sluice/limiter";
import { encodePart } from "@sluice/limiter";
import { randomUUID } from "node:crypto";
import Redlock, { ExecutionError, type Lock, type RedlockClient, ResourceLockedError } from "redlock";
import { lockFence, lockGuard } from "../generated/scripts.js";
import { runScript } from "../scripts/run-script.js";
import type { RedisRunner } from "./redis-runner.js";

/** A fence outlives every lease by far; when it is gone after all, the next one begins at the time, which is later still. */
const FENCE_LIFETIME_MS = 30 * 86_400_000;

/**
 * Locks kept by redlock, one attempt at a time: its own waiting knows neither deadlines nor aborts. Each holder is numbered by a script
 * of ours, in the same slot.
 */
export function redisKeeper({ prefix, run, close }: RedisRunner, pollMs: number): LockKeeper {
  const self = randomUUID();
  /** How to end attempts that Redis has not answered: redlock would first wait for an answer to its taking back as well. */
  const unanswered = new Map<string, (error: unknown) => void>();
  const redlock = new Redlock(
    [redlockClient(run, (key, error) => unanswered.get(key)?.(error))],
    { retryCount: 0 },
    { acquireScript: (script) => `${lockGuard.source}${script}` },
  );
  const keysOf = (name: string): { held: string; fence: string; wanted: string } => {
    const lock = `${prefix}:{lock:${encodePart(name)}}`;
    return { held: `${lock}:held`, fence: `${lock}:fence`, wanted: `${lock}:wanted` };
  };
  /** Tells the holder that somebody waits; it is asked for only now and then, so nothing depends on it. */
  const want = (key: string): void => {
    run("waiting for a lock", (redis) => redis.set(key, self, "PX", Math.ceil(pollMs * 3))).catch(() => {});
  };

  return {
    pollMs,
    async take(name, leaseMs) {
      const keys = keysOf(name);
      const silence = new Promise<never>((_, reject) => unanswered.set(keys.held, reject));
      const attempt = unlessLocked(redlock.acquire([keys.held], leaseMs));
      const lock = await Promise.race([attempt, silence]).finally(() => unanswered.delete(keys.held));
      if (lock === undefined) {
        want(keys.wanted);
        return undefined;
      }
      const kept = keep(redlock, lock);
      let numbered: readonly unknown[];
      try {
        const args = [lock.value, self, String(FENCE_LIFETIME_MS)];
        numbered = await run("the number of a lock", (redis) =>
          runScript(redis, lockFence, [keys.held, keys.fence, keys.wanted], args),
        );
      } catch (error) {
        await kept.release().catch(() => {});
        throw error;
      }
      const [found, fence, contended] = numbered;
      return found === "ok" ? { ...kept, fence: Number(fence), contended: contended === "1" } : undefined;
    },
    async close() {
      close();
    },
  };
}

function keep(redlock: Redlock, taken: Lock): Pick<Kept, "extend" | "release"> {
  let lock = judgedByUs(taken);
  return {
    async extend(leaseMs) {
      const extended = await unlessLocked(redlock.extend(lock, leaseMs));
      if (extended !== undefined) lock = judgedByUs(extended);
      return extended !== undefined;
    },
    release: async () => (await unlessLocked(redlock.release(lock))) !== undefined,
  };
}

/** Redlock judges by the wall clock whether a lock may still be extended; an operator may set that. The lease judges by the monotonic one. */
function judgedByUs(lock: Lock): Lock {
  lock.expiration = Number.POSITIVE_INFINITY;
  return lock;
}

/** Undefined when the store said no; what went wrong when it did not say anything. */
async function unlessLocked<Value>(operation: Promise<Value>): Promise<Value | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (!(error instanceof ExecutionError)) throw error;
    for (const { votesAgainst } of await Promise.all(error.attempts))
      for (const vote of votesAgainst.values()) if (!(vote instanceof ResourceLockedError)) throw vote;
    return undefined;
  }
}

const unknownScript = Symbol("unknown script");

/**
 * What redlock may see of a client: commands that settle in time, and of errors only that a script has to be sent in full. Every other
 * failure is told along with the key.
 */
function redlockClient(run: RedisRunner["run"], onFailure: (key: string, error: unknown) => void): RedlockClient {
  const told = async (keysAndArguments: readonly (string | number)[], reply: Promise<unknown>): Promise<unknown> => {
    try {
      return await reply;
    } catch (error) {
      onFailure(String(keysAndArguments[0]), error);
      throw error;
    }
  };
  return {
    async evalsha(sha1, keyCount, rest) {
      const reply = await told(
        rest,
        run("a lock", (redis) =>
          redis.evalsha(sha1, keyCount, ...rest).catch((error: unknown) => {
            if (error instanceof Error && error.message.startsWith("NOSCRIPT")) return unknownScript;
            throw error;
          }),
        ),
      );
      if (reply === unknownScript) throw new Error("NOSCRIPT");
      return reply;
    },
    eval: (source, keyCount, rest) =>
      told(
        rest,
        run("a lock", (redis) => redis.eval(source, keyCount, ...rest)),
      ),
  };
}
