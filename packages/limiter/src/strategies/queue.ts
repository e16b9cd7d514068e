import { anObject, nonNegative, SluiceError, wholeBetween } from "@sluice/core";
import { askNow, refusalError } from "./ask.js";
import type { Strategy } from "./strategy.js";

/** How long a queue may be, and how long one may stand in it. */
export interface QueueOptions {
  /** Callers that may wait at a time, in this process. Range: whole numbers 1 to 1e6. @defaultValue 1000 */
  readonly maxWaiting?: number;
  /** Longest wait; a shorter one of the caller's own holds. Unit: milliseconds. Range: >= 0. @defaultValue 30000 */
  readonly timeoutMs?: number;
}

/** As many wait already as may. Code `QUEUE_FULL`. */
export class QueueFullError extends SluiceError<"QUEUE_FULL"> {
  readonly maxWaiting: number;
  /** How long those who were granted last had waited: so long at least a newcomer would. Unit: milliseconds. */
  readonly retryAfterMs: number;

  constructor(maxWaiting: number, retryAfterMs: number) {
    super("QUEUE_FULL", `${maxWaiting} callers wait already; retry after ${Math.ceil(retryAfterMs)} ms`);
    this.maxWaiting = maxWaiting;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A strategy that knows how many stand in its queue. */
export interface QueueStrategy extends Strategy {
  readonly waiting: number;
}

/**
 * Waits, in order of priority and arrival, in a queue that is bounded: the surplus is refused at once, without asking the store.
 *
 * @throws ConfigError when an option is out of range.
 */
export function queue(options: QueueOptions = {}): QueueStrategy {
  anObject("options", options);
  const maxWaiting = wholeBetween("maxWaiting", options.maxWaiting ?? 1000, 1, 1e6);
  const longestMs = nonNegative("timeoutMs", options.timeoutMs ?? 30_000);
  let waiting = 0;
  let usualMs = 0;
  return {
    name: "queue",
    get waiting() {
      return waiting;
    },
    async admit(admission) {
      const { limiter, charges, signal, priority, timeoutMs } = admission;
      if (waiting >= maxWaiting) throw new QueueFullError(maxWaiting, Math.max(1, usualMs));
      // Whoever gets in at once was never in the queue; with others waiting the answer costs no question to the store.
      const answer = await askNow(admission);
      if ("grant" in answer) return { kind: "go", grant: answer.grant };
      if (answer.decision.kind === "impossible") throw refusalError(answer);
      if (waiting >= maxWaiting) throw new QueueFullError(maxWaiting, Math.max(1, usualMs));
      waiting += 1;
      try {
        const how = {
          timeoutMs: Math.min(timeoutMs, longestMs),
          priority,
          ...(signal === undefined ? {} : { signal }),
        };
        const grant = await limiter.acquire(charges, how);
        usualMs += (grant.waitedMs - usualMs) / 8;
        return { kind: "go", grant };
      } finally {
        waiting -= 1;
      }
    },
  };
}
