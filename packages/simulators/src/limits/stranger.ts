import { share as checkShare } from "../checks.js";
import type { Clock } from "../clock.js";
import type { RivalRequest } from "./contested-counter.js";
import { minuteMs } from "./counter.js";

/** A competing client of the same app that nobody sees. @public */
export interface StrangerOptions {
  /** Part of each limit it uses, evenly over time. Range: above 0, at most 1. */
  readonly share: number;
  /**
   * Methods it calls.
   *
   * @defaultValue all of them
   */
  readonly methods?: readonly string[];
}

/** The hand on a running stranger. @public */
export interface Stranger {
  /** Whether it is there now. */
  present(): boolean;
  /**
   * Lets it come, or change its share, from now on. It calls the methods it was started with.
   *
   * @defaultValue the share it last had
   */
  join(share?: number): void;
  /** Sends it away; what it has used already stays used until it expires. */
  leave(): void;
}

/** When a stranger makes its requests. */
export interface StrangerSchedule extends Stranger {
  /** Its requests of one limit after one moment and up to another, which is included, in order. */
  dueBetween(method: string, perMinute: number, afterMs: number, untilMs: number): readonly RivalRequest[];
}

interface Stay {
  readonly share: number;
  readonly fromMs: number;
  untilMs: number;
}

/**
 * A stranger given at the start has been there for a minute already, so its share is gone from the first request on.
 * Everything follows from the clock: the same readings give the same requests.
 */
export function createStranger(clock: Clock, options?: StrangerOptions): StrangerSchedule {
  const stays: Stay[] = [];
  let lastShare = options?.share;

  const arrive = (share: number, fromMs: number): void => {
    stays.push({ share: checkShare("stranger.share", share), fromMs, untilMs: Number.POSITIVE_INFINITY });
    lastShare = share;
  };
  const present = (): boolean => stays.at(-1)?.untilMs === Number.POSITIVE_INFINITY;
  const leave = (): void => {
    const last = stays.at(-1);
    if (last !== undefined) last.untilMs = Math.min(last.untilMs, clock.nowMs());
  };
  if (options !== undefined) arrive(options.share, clock.nowMs() - minuteMs);

  return {
    present,
    leave,
    join(share = lastShare) {
      if (share === undefined) throw new RangeError("join needs a share > 0 and <= 1 when the stranger never had one");
      checkShare("stranger.share", share);
      leave();
      arrive(share, clock.nowMs());
    },
    dueBetween(method, perMinute, afterMs, untilMs) {
      if (options?.methods !== undefined && !options.methods.includes(method)) return [];
      return stays.flatMap((stay) => dueDuring(stay, perMinute, afterMs, untilMs));
    },
  };
}

/** The n-th request of a stay comes n intervals after its start. */
function dueDuring(stay: Stay, perMinute: number, afterMs: number, untilMs: number): RivalRequest[] {
  const requestsPerMinute = stay.share * perMinute;
  const lastMs = Math.min(untilMs, stay.untilMs);
  const due: RivalRequest[] = [];
  let turn = Math.max(1, Math.floor(((afterMs - stay.fromMs) * requestsPerMinute) / minuteMs));
  for (;;) {
    const dueMs = stay.fromMs + (turn * minuteMs) / requestsPerMinute;
    if (dueMs > lastMs) return due;
    if (dueMs > afterMs) due.push({ dueMs, givesUpMs: () => stay.untilMs });
    turn += 1;
  }
}
