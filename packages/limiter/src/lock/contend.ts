import { setImmediate as loopTurn } from "node:timers/promises";
import { type Clock, onAbort, type Random, type Timer } from "@sluice/core";
import type { Kept, LockKeeper } from "./keeper.js";
import { endOf } from "./lease.js";
import { closedError, lockUnavailable } from "./lock-errors.js";
import type { LockConfig } from "./resolve-lock.js";
import type { Turns } from "./turns.js";

/** What a contender needs from its lock. */
export interface Contest {
  readonly keeper: LockKeeper;
  readonly clock: Clock;
  readonly random: Random;
  readonly turns: Turns;
  /** Waits under way, as the ways to end them because the lock is closed. */
  readonly waiting: Set<() => void>;
  /** Attempts under way. */
  readonly attempts: Set<Promise<void>>;
  /** Until when this process lets others go first. On the clock. */
  notBeforeMs(name: string): number;
}

/** A lock taken, on the clock since the attempt began. The turn is kept until `leave`. */
export interface Won {
  readonly kept: Kept;
  readonly startedMs: number;
  leave(): void;
}

const FIRST_PAUSE_MS = 2;
/** A timer so late says that this process has stalled. Unit: milliseconds. */
const STALL_MS = 10;
/** What an attempt under way gets then. Unit: milliseconds. */
const GRACE_MS = 30;

/**
 * One caller's wait for a lock, until it is taken, refused, aborted or out of time; whatever comes first settles it. An attempt that
 * is under way then is seen to its end, and what it took is given back.
 */
export function contend(config: LockConfig, contest: Contest): Promise<Won> {
  const { name, leaseMs, timeoutMs, signal } = config;
  const { keeper, clock, random, turns, waiting, attempts } = contest;
  return new Promise((resolve, reject) => {
    const deadlineMs = clock.now() + timeoutMs;
    let settled = false;
    let attempting = false;
    let pauseMs = FIRST_PAUSE_MS;
    let deadline: Timer | undefined;
    let pause: Timer | undefined;
    let leave: (() => void) | undefined;
    let unlisten: (() => void) | undefined;

    const settle = (): void => {
      settled = true;
      deadline?.cancel();
      pause?.cancel();
      unlisten?.();
      waiting.delete(onClose);
    };
    const fail = (error: unknown): void => {
      if (settled) return;
      settle();
      if (!attempting) leave?.();
      reject(error);
    };
    const onClose = (): void => fail(closedError(name));
    const late = (): void =>
      fail(lockUnavailable(name, `somebody else held it, or its store was silent, for ${timeoutMs} ms`));
    const onDeadline = (): void => {
      // A stall of our own: answers that arrived meanwhile are read now, and what is left to ask takes a moment.
      const stalled = attempting && clock.now() >= deadlineMs + STALL_MS;
      if (stalled) deadline = clock.setTimer(late, GRACE_MS);
      else late();
    };

    const again = (delayMs: number): void => {
      pause = clock.setTimer(begin, delayMs);
    };
    const begin = (): void => {
      const attempted = attempt().finally(() => attempts.delete(attempted));
      attempts.add(attempted);
    };
    const attempt = async (): Promise<void> => {
      attempting = true;
      const startedMs = clock.now();
      let kept: Kept | undefined;
      try {
        kept = await keeper.take(name, leaseMs);
        // Nobody waits for it any more, or the answer took longer than the lease.
        if (kept !== undefined && (settled || clock.now() >= endOf(startedMs, leaseMs))) {
          await kept.release();
          kept = undefined;
        }
      } catch (error) {
        // Whoever comes back at once would leave timers and sockets no turn, and the store no way to come back.
        await loopTurn();
        fail(error);
      }
      attempting = false;
      if (settled) {
        leave?.();
      } else if (kept !== undefined) {
        settle();
        resolve({ kept, startedMs, leave: () => leave?.() });
      } else if (timeoutMs === 0) {
        fail(lockUnavailable(name, "somebody else holds it"));
      } else {
        again(pauseMs * (0.5 + random() / 2));
        pauseMs = Math.min(keeper.pollMs, pauseMs * 2);
      }
    };
    let reached = false;
    const onTurn = (): void => {
      reached = true;
      const yieldMs = timeoutMs === 0 ? 0 : contest.notBeforeMs(name) - clock.now();
      if (yieldMs > 0) again(yieldMs);
      else begin();
    };

    const finite = timeoutMs > 0 && timeoutMs !== Number.POSITIVE_INFINITY;
    if (finite) deadline = clock.setTimer(onDeadline, timeoutMs);
    if (signal !== undefined) unlisten = onAbort(signal, () => fail(signal.reason));
    // The signal of a lease looks at the clock when it is asked, and may have aborted only just now.
    if (signal?.aborted === true) {
      fail(signal.reason);
      return;
    }
    waiting.add(onClose);
    leave = turns.enter(name, onTurn);
    if (timeoutMs === 0 && !reached) fail(lockUnavailable(name, "somebody else holds it or waits for it"));
  });
}
