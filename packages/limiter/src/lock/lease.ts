import { setImmediate as loopTurn } from "node:timers/promises";
import type { Clock, SluiceError, Timer } from "@sluice/core";
import type { Kept } from "./keeper.js";
import type { Held } from "./lock.js";
import { lockLost } from "./lock-errors.js";
import { truthfulSignal } from "./truthful-signal.js";

/** What a lease is made of. */
export interface LeaseInit {
  readonly name: string;
  readonly kept: Kept;
  readonly leaseMs: number;
  /** When the question for it was sent; the store counts from later. */
  readonly startedMs: number;
  readonly clock: Clock;
  /** Whether to extend it until it is given back. */
  readonly automatic: boolean;
  /** Told once, when it is over. */
  readonly onEnd: () => void;
}

/** A lock held for a time that may be extended. */
export interface Lease {
  readonly held: Held;
  /** Whether it is over, by the clock. */
  readonly over: boolean;
  /** `late`: it was over before. `gone`: the store had forgotten it, or given it to somebody else. */
  giveBack(): Promise<"freed" | "late" | "gone" | "unanswered">;
  /** Ends it as lost. */
  lose(reason: string): Promise<void>;
}

export function createLease(init: LeaseInit): Lease {
  const { name, kept, leaseMs, clock, automatic } = init;
  const controller = new AbortController();
  let untilMs = endOf(init.startedMs, leaseMs);
  let ended: "released" | SluiceError | undefined;
  let ending: Timer | undefined;
  let extending: Timer | undefined;

  const stop = (): void => {
    ending?.cancel();
    extending?.cancel();
  };
  const lose = async (reason: string): Promise<void> => {
    if (ended !== undefined) return;
    ended = lockLost(name, reason);
    stop();
    // Sent before anybody learns of the loss: an extension may be on its way, and nobody needs to wait for its end.
    const leaving = kept.release().catch(() => false);
    controller.abort(ended);
    init.onEnd();
    await leaving;
  };
  const look = (): void => {
    if (ended === undefined && clock.now() >= untilMs)
      void lose(`its lease of ${leaseMs} ms ended without an extension`);
  };
  const assertHeld = (): void => {
    look();
    if (ended !== undefined) throw ended === "released" ? lockLost(name, "it had been released") : ended;
  };
  const armEnd = (): void => {
    ending?.cancel();
    ending = clock.setTimer(look, untilMs - clock.now());
    ending.unref();
  };
  const extend = async (): Promise<void> => {
    assertHeld();
    const sinceMs = clock.now();
    try {
      if (await kept.extend(leaseMs)) untilMs = Math.max(untilMs, endOf(sinceMs, leaseMs));
      else await lose("its store had forgotten it, or given it to somebody else");
    } catch (error) {
      // As with an attempt: whoever tries again at once leaves the store a turn to come back in.
      await loopTurn();
      assertHeld();
      throw error;
    }
    assertHeld();
    armEnd();
  };
  const extendIn = (delayMs: number): void => {
    if (ended !== undefined) return;
    extending = clock.setTimer(() => {
      extend().then(
        () => extendIn(leaseMs / 3),
        // Unanswered: the lease still runs, and may be extended until it ends.
        () => extendIn(leaseMs / 8),
      );
    }, delayMs);
    extending.unref();
  };

  armEnd();
  if (automatic) extendIn(leaseMs / 3);
  return {
    held: { fence: kept.fence, signal: truthfulSignal(controller, look), extend, assertHeld },
    get over() {
      look();
      return ended !== undefined;
    },
    lose,
    async giveBack() {
      look();
      if (ended !== undefined) return "late";
      ended = "released";
      stop();
      const releasing = kept.release();
      // The next attempt is sent behind the release, so nobody here needs to wait for its answer.
      init.onEnd();
      try {
        return (await releasing) ? "freed" : "gone";
      } catch {
        return "unanswered";
      }
    },
  };
}

/** When a lease counts as over: a little before the store's own end, since clocks drift apart, by 1 % at most, and an expiry is exact to a millisecond or two. */
export function endOf(startedMs: number, leaseMs: number): number {
  return startedMs + leaseMs * 0.99 - 2;
}
