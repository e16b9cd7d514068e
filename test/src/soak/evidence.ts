import type { Episode } from "./chaos.js";
import type { Log, Member } from "./crew.js";
import type { Span } from "./spans.js";

/** A promise, and whether the soak kept it. */
export interface Verdict {
  readonly promise: string;
  readonly kept: boolean;
  readonly seen: string;
}

/** Everything that was noted. */
export interface Evidence {
  readonly whole: Span;
  readonly episodes: readonly Episode[];
  readonly log: Log;
  readonly members: readonly Member[];
}
