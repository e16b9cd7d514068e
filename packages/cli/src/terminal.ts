import { type Clock, systemClock } from "@sluice/core";

/** Where the command line writes, and what ends it. */
export interface Terminal {
  /** What was asked for. */
  readonly out: (text: string) => void;
  /** Errors, and the line that moves. */
  readonly err: (text: string) => void;
  /** Whether somebody watches `err`, so that a line may be written over. */
  readonly isWatched: boolean;
  /** Whether what goes to `out` may be coloured. */
  readonly hasColors: boolean;
  /** Aborts when the user has seen enough. */
  readonly stop: AbortSignal;
  /** @defaultValue the system's */
  readonly clock?: Clock;
}

export function clockOf({ clock = systemClock }: Terminal): Clock {
  return clock;
}
