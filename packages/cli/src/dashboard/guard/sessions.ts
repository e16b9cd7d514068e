import type { Clock } from "@sluice/core";
import { createHash } from "node:crypto";
import { newSecret } from "../token.js";

/** Keys that were given for the token, so that the token itself is kept nowhere in a browser. */
export interface Sessions {
  /** Gives a new key; the oldest one ends where there are too many. */
  open(): string;
  has(key: string): boolean;
}

const LIFETIME_MS = 12 * 3_600_000;
const MOST = 32;

/** Sessions of one run of the dashboard: they end with it, and after twelve hours. */
export function createSessions(clock: Clock): Sessions {
  /** By digest, so that how long a look takes says nothing about a key. */
  const endsMs = new Map<string, number>();
  return {
    open() {
      const key = newSecret();
      for (const [digest, endMs] of endsMs) if (endMs <= clock.now()) endsMs.delete(digest);
      const [oldest] = endsMs.keys();
      if (oldest !== undefined && endsMs.size >= MOST) endsMs.delete(oldest);
      endsMs.set(digestOf(key), clock.now() + LIFETIME_MS);
      return key;
    },
    has: (key) => (endsMs.get(digestOf(key)) ?? Number.NEGATIVE_INFINITY) > clock.now(),
  };
}

function digestOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}
