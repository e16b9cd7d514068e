import { anObject, between, positive, sleep } from "@sluice/core";
import { capacityOf } from "../limits/limit.js";
import { askNow } from "./ask.js";
import type { Admission, Strategy } from "./strategy.js";

/** How callers are slowed down. */
export interface ThrottleOptions {
  /** The delay when no token is left, and the longest wait for one. Unit: milliseconds. Range: > 0. @defaultValue 1000 */
  readonly maxDelayMs?: number;
  /** Part of the tokens that is gone before anybody is slowed. Range: 0 to below 1. @defaultValue 0.5 */
  readonly startAt?: number;
}

/**
 * Slows down before it refuses: no delay while at least `1 - startAt` of the tokens are there, then one that grows with the square of
 * what is missing, up to `maxDelayMs`. Without tokens it waits for them as long, and then refuses.
 *
 * @throws ConfigError when an option is out of range.
 */
export function throttle(options: ThrottleOptions = {}): Strategy {
  anObject("options", options);
  const maxDelayMs = positive("maxDelayMs", options.maxDelayMs ?? 1000);
  const startAt = between("startAt", options.startAt ?? 0.5, 0, 0.999, "a number from 0 to below 1");
  return {
    name: "throttle",
    async admit(admission) {
      const { limiter, charges, clock, signal, priority, timeoutMs } = admission;
      const answer = await askNow(admission);
      if (!("grant" in answer)) {
        const how = {
          timeoutMs: Math.min(timeoutMs, maxDelayMs),
          priority,
          ...(signal === undefined ? {} : { signal }),
        };
        return { kind: "go", grant: await limiter.acquire(charges, how) };
      }
      const over = (pressureOf(admission, answer.remaining) - startAt) / (1 - startAt);
      if (over > 0) {
        try {
          await sleep(Math.min(timeoutMs, maxDelayMs * over * over), signal, clock);
        } catch (error) {
          await answer.grant.giveBack().catch(() => {});
          throw error;
        }
      }
      return { kind: "go", grant: answer.grant };
    },
  };
}

/** The part of the tokens that is gone, in the bucket that holds the fewest. */
function pressureOf({ charges }: Admission, remaining: number): number {
  const capacity = Math.min(...charges.map(({ limit }) => capacityOf(limit)));
  return Number.isFinite(capacity) && charges.length > 0 ? Math.min(1, Math.max(0, 1 - remaining / capacity)) : 0;
}
