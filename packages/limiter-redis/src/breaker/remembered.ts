import { type Clock, systemClock } from "@sluice/core";
import type { BreakerReply } from "./replies.js";

/** What this process last heard of each breaker, so that a Redis that lost it can be told. */
export interface Remembered {
  /** Empty for nothing, or nothing recent. */
  of(key: string): string;
  heard(key: string, reply: BreakerReply): void;
}

/** The store remembers a change for as long, so nobody brings back what has been undone since. Unit: milliseconds. */
const BELIEVED_MS = 86_400_000;
const MOST_REMEMBERED = 10_000;

export function createRemembered(clock: Clock = systemClock): Remembered {
  const byKey = new Map<string, { readonly known: string; readonly heardMs: number }>();
  return {
    of(key) {
      const last = byKey.get(key);
      return last === undefined || clock.now() - last.heardMs >= BELIEVED_MS ? "" : last.known;
    },
    heard(key, { known }) {
      byKey.delete(key);
      if (known === "") return;
      byKey.set(key, { known, heardMs: clock.now() });
      if (byKey.size <= MOST_REMEMBERED) return;
      const [oldest] = byKey.keys();
      if (oldest !== undefined) byKey.delete(oldest);
    },
  };
}
