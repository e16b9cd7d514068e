import type { Clock, Timer } from "@sluice/core";

/** The list of the living that a store keeps. */
export interface Living {
  /** Says that a process lives; tells how many do. */
  say(process: number): number;
}

/** The process's side of it, as in the store for Redis: with the first answer, again soon after, and then steadily. */
export interface SignsOfLife {
  /** As last seen; at least 1. */
  readonly peers: number;
  /** Called with every answer from the store. */
  keep(): void;
  stop(): void;
}

/** The figures of the store for Redis. Unit: milliseconds. */
const EVERY_MS = 2000;
const SECOND_LOOK_MS = 400;
const LIFETIME_MS = 3 * EVERY_MS;

export function createLiving(clock: Pick<Clock, "now">): Living {
  /** When each counts as gone, the first to go first. */
  const untilMs = new Map<number, number>();
  return {
    say(process) {
      untilMs.delete(process);
      untilMs.set(process, clock.now() + LIFETIME_MS);
      for (const [name, endMs] of untilMs) {
        if (endMs > clock.now()) break;
        untilMs.delete(name);
      }
      return untilMs.size;
    },
  };
}

/** @param say - sends a sign to the store, which answers with the number of the living. */
export function createSignsOfLife(clock: Clock, say: () => Promise<number>): SignsOfLife {
  let peers = 1;
  let next: Timer | undefined;
  const tell = (nextMs: number): void => {
    next = clock.setTimer(() => tell(EVERY_MS), nextMs);
    void say().then((alive) => (peers = alive));
  };
  return {
    get peers() {
      return peers;
    },
    keep() {
      if (next === undefined) tell(SECOND_LOOK_MS);
    },
    stop: () => next?.cancel(),
  };
}
