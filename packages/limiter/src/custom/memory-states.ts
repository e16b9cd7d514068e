import { anObject, type Clock, StoreUnavailableError, systemClock, wholeBetween } from "@sluice/core";
import type { CustomStates } from "./states.js";

/** Settings of states in memory. */
export interface MemoryStatesOptions {
  /**
   * Most states held. Those that nobody uses vanish after their time; when all are in use, a new one is refused rather than an old one
   * forgotten.
   * Range: whole numbers 1 to 1e7.
   *
   * @defaultValue 100000
   */
  readonly maxStates?: number;
  /** The clock that the memory store beside it has. */
  readonly clock?: Clock;
}

interface Kept {
  readonly text: string;
  readonly fence: number;
  readonly untilMs: number;
}

/** States of custom limits in this process alone: beside a memory store, and for tests. */
export function memoryStates(options: MemoryStatesOptions = {}): CustomStates {
  const { maxStates, clock = systemClock } = anObject("options", options);
  const most = wholeBetween("maxStates", maxStates ?? 100_000, 1, 1e7);
  const states = new Map<string, Kept>();
  const keyOf = (scope: string, name: string): string => `${scope.length}:${scope}${name}`;
  const find = (key: string): Kept | undefined => {
    const kept = states.get(key);
    if (kept === undefined || kept.untilMs > clock.now()) return kept;
    states.delete(key);
    return undefined;
  };
  /** In order of writing, which is that of their ends as long as all are kept for as long. */
  const makeRoom = (newcomers: number): void => {
    for (const [key, { untilMs }] of states) {
      if (untilMs > clock.now()) break;
      states.delete(key);
    }
    if (states.size + newcomers <= most) return;
    throw new StoreUnavailableError(
      `The memory holds as many states of custom limits as it may; raise maxStates (now ${most}) or use fewer bucket names`,
    );
  };

  return {
    load(scope, names) {
      const texts = names.map((name) => find(keyOf(scope, name))?.text);
      return { nowUs: Math.round(clock.now() * 1000), texts };
    },
    save(scope, entries, fence, ttlMs) {
      const found = entries.map(({ name }) => find(keyOf(scope, name)));
      if (found.some((kept) => kept !== undefined && kept.fence > fence)) return false;
      makeRoom(found.filter((kept) => kept === undefined).length);
      for (const { name, text } of entries) {
        const key = keyOf(scope, name);
        states.delete(key);
        states.set(key, { text, fence, untilMs: clock.now() + ttlMs });
      }
      return true;
    },
    close: async () => states.clear(),
  };
}
