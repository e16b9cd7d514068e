import { type Clock, type LimitExceededError, onAbort, type Timer } from "@sluice/core";
import type { Lane } from "../waiting/lane.js";
import type { Refusal, Unit, Waiter } from "../waiting/waiter.js";
import type { Grant } from "./limiter.js";

/** How long, how urgently, and what comes of it. */
export interface Wait {
  readonly timeoutMs: number;
  readonly priority: number;
  readonly signal?: AbortSignal;
  readonly clock: Clock;
  readonly grant: (unit: Unit, waitedMs: number) => Grant;
  readonly refusal: (retryAfterMs: number, bucket: string, reason: string) => LimitExceededError;
}

/** One caller's wait in a lane, until granted, refused, aborted or out of time; whatever comes first settles it. */
export function wait(lane: Lane, { timeoutMs, priority, signal, clock, grant, refusal }: Wait): Promise<Grant> {
  const sinceMs = clock.now();
  return new Promise<Grant>((resolve, reject) => {
    let timer: Timer | undefined;
    let unlisten: (() => void) | undefined;
    const settle = (): void => {
      timer?.cancel();
      unlisten?.();
    };
    const waiter: Waiter = {
      priority,
      sinceMs,
      deadlineMs: sinceMs + timeoutMs,
      grant: (unit: Unit) => {
        settle();
        resolve(grant(unit, clock.now() - sinceMs));
      },
      refuse: (why: Refusal) => {
        settle();
        reject(
          why.kind === "failed"
            ? why.error
            : refusal(why.retryAfterMs, why.bucket, `the wait would pass its ${timeoutMs} ms`),
        );
      },
    };
    const onDeadline = (): void => {
      settle();
      const leastMs = Math.max(1, lane.leastWaitMs(priority));
      lane.leave(waiter);
      reject(refusal(leastMs, lane.nextBucket, `${timeoutMs} ms have passed`));
    };
    if (signal !== undefined)
      unlisten = onAbort(signal, () => {
        settle();
        lane.leave(waiter);
        reject(signal.reason);
      });
    // The signal of a lease looks at the clock when it is asked, and may have aborted only just now.
    if (signal?.aborted === true) {
      settle();
      reject(signal.reason);
      return;
    }
    if (timeoutMs !== Number.POSITIVE_INFINITY) timer = clock.setTimer(onDeadline, timeoutMs);
    lane.join(waiter);
  });
}
