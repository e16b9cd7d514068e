import type { Clock } from "@sluice/core";
import { other } from "./label-text.js";

/** How many names are kept apart, and for how long. */
export interface SlotsOptions {
  readonly size: number;
  readonly clock: Clock;
  /** A name unused for this long gives its slot to the next new one. Unit: milliseconds. @defaultValue `Infinity` */
  readonly idleMs?: number;
  /** Told when a name has lost its slot. */
  readonly onRelease?: (name: string) => void;
}

/** The first names in steady use; everyone else is `other`. */
export interface Slots {
  /** The name itself while it has a slot, else `other`. Using a name keeps its slot. */
  nameFor(name: string): string;
}

/** How often a full table looks for idle names, so that a flood of new names costs no search each. */
const SEARCH_EVERY_MS = 1000;

/** Makes slots for names. */
export function createSlots({ size, clock, idleMs = Number.POSITIVE_INFINITY, onRelease }: SlotsOptions): Slots {
  const usedAtMs = new Map<string, number>();
  let searchedAtMs = Number.NEGATIVE_INFINITY;

  const releaseIdle = (nowMs: number): void => {
    if (nowMs - searchedAtMs < SEARCH_EVERY_MS) return;
    searchedAtMs = nowMs;
    for (const [name, usedMs] of usedAtMs) {
      if (nowMs - usedMs < idleMs) continue;
      usedAtMs.delete(name);
      onRelease?.(name);
    }
  };

  return {
    nameFor(name) {
      const nowMs = clock.now();
      if (!usedAtMs.has(name)) {
        if (usedAtMs.size >= size) releaseIdle(nowMs);
        if (usedAtMs.size >= size) return other;
      }
      usedAtMs.set(name, nowMs);
      return name;
    },
  };
}
