import { type Clock, systemClock } from "@sluice/core";

/** Where the command line reads and writes, and what ends it. */
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
  /** Size of the screen that `out` is, in characters; undefined when it is none, but a file or a pipe. */
  readonly screen?: () => { readonly columns: number; readonly rows: number };
  /** Asks somebody who can answer, and gives the answer; undefined when nobody can. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  /** Everything that comes in. */
  readonly read?: () => Promise<string>;
  /** Calls back with each key that is pressed. Returns the way to stop. */
  readonly keys?: (listener: (key: string) => void) => () => void;
  /** @defaultValue nothing set */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Who sits there. @defaultValue `"cli"` */
  readonly user?: string;
  /** @defaultValue the system's */
  readonly clock?: Clock;
}

export function clockOf({ clock = systemClock }: Terminal): Clock {
  return clock;
}
