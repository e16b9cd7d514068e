import type { Clock } from "@sluice/core";
import { createChallengers } from "./challengers.js";
import { other } from "./label-text.js";

/** How many names are kept apart, and for how long. */
export interface SlotsOptions {
  readonly size: number;
  readonly clock: Clock;
  /** A name unused for this long gives its slot to the next new one. Unit: milliseconds. @defaultValue `Infinity` */
  readonly idleMs?: number;
  /** Whether a name that is used much more than the least used one with a slot takes it over. @defaultValue false */
  readonly busiest?: boolean;
  /** Told when a name has lost its slot. */
  readonly onRelease?: (name: string) => void;
}

/** The first names in steady use, or the busiest; everyone else is `other`. */
export interface Slots {
  /** The name itself while it has a slot, else `other`. Using a name keeps its slot. */
  nameFor(name: string): string;
}

/** How often a full table looks for names to let go, so that a flood of new names costs no search each. */
const SEARCH_EVERY_MS = 1000;
/** Uses count half after so long, so that the busy ones are those of now. */
const HALVE_EVERY_MS = 60_000;
/** Who takes a slot over was used at least so often, and twice as often as who had it. */
const FEWEST_USES = 20;

interface Use {
  atMs: number;
  count: number;
}

/** Makes slots for names. */
export function createSlots(options: SlotsOptions): Slots {
  const { size, clock, idleMs = Number.POSITIVE_INFINITY, onRelease } = options;
  const uses = new Map<string, Use>();
  const challengers = options.busiest === true ? createChallengers(size) : undefined;
  let searchedAtMs = Number.NEGATIVE_INFINITY;
  let halvedAtMs = clock.now();

  const release = (name: string): void => {
    uses.delete(name);
    onRelease?.(name);
  };
  const take = (name: string, nowMs: number, count = 1): string => {
    uses.set(name, { atMs: nowMs, count });
    return name;
  };

  const letIdleGo = (nowMs: number): void => {
    for (const [name, { atMs }] of uses) if (nowMs - atMs >= idleMs) release(name);
  };

  /** The slot of the least used goes to the strongest of those without one, if that is worth it. */
  const exchange = (nowMs: number): void => {
    const strongest = challengers?.strongest();
    if (strongest === undefined || strongest.count < FEWEST_USES) return;
    let weakest: string | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const [name, { count }] of uses) if (count < least) [weakest, least] = [name, count];
    if (weakest === undefined || strongest.count < 2 * least) return;
    release(weakest);
    challengers?.forget(strongest.name);
    take(strongest.name, nowMs, strongest.count);
  };

  const search = (nowMs: number): void => {
    if (nowMs - searchedAtMs < SEARCH_EVERY_MS) return;
    searchedAtMs = nowMs;
    letIdleGo(nowMs);
    if (uses.size >= size) exchange(nowMs);
    if (nowMs - halvedAtMs < HALVE_EVERY_MS) return;
    halvedAtMs = nowMs;
    for (const use of uses.values()) use.count /= 2;
    challengers?.halve();
  };

  return {
    nameFor(name) {
      const nowMs = clock.now();
      const use = uses.get(name);
      if (use !== undefined) {
        use.atMs = nowMs;
        use.count += 1;
        return name;
      }
      if (uses.size < size) return take(name, nowMs);
      challengers?.count(name);
      search(nowMs);
      if (uses.has(name)) return name;
      return uses.size < size ? take(name, nowMs) : other;
    },
  };
}
