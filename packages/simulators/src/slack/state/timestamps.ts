import type { Clock } from "../../clock.js";

/** Times in the forms the API speaks of. */
export interface Timestamps {
  /** Now, in whole Unix seconds. */
  seconds(): number;
  /** A message's `ts` for now: Unix seconds with six decimals, larger than any given before. */
  next(): string;
}

export function timestamps(clock: Clock): Timestamps {
  let lastMicros = 0;
  return {
    seconds: () => Math.floor(clock.nowMs() / 1000),
    next() {
      lastMicros = Math.max(Math.floor(clock.nowMs() * 1000), lastMicros + 1);
      const seconds = Math.floor(lastMicros / 1_000_000);
      return `${seconds}.${String(lastMicros % 1_000_000).padStart(6, "0")}`;
    },
  };
}
