import type { Clock } from "../clock/clock.js";

/** A clock that stands still until it is told to move. */
export interface FakeClock extends Clock {
  /** Moves on, running due timers in order at their own instants, and lets what they start settle. */
  advance(byMs: number): Promise<void>;
  /** Jumps from timer to timer until `done` holds or nothing is left to wait for. */
  runUntil(done: () => boolean, limitMs?: number): Promise<void>;
  /** Shifts the wall clock alone, as an operator or a time daemon does. */
  shiftWall(byMs: number): void;
  /** Timers pending now. */
  readonly pending: number;
}

interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Makes a clock for tests. @param startWallMs - what the wall shows at first. @defaultValue 2026-01-01 */
export function createFakeClock(startWallMs: number = Date.UTC(2026, 0, 1)): FakeClock {
  let nowMs = 0;
  let wallOffsetMs = startWallMs;
  let order = 0;
  const entries = new Set<Entry>();

  const next = (): Entry | undefined => {
    let first: Entry | undefined;
    for (const entry of entries) {
      if (first === undefined || entry.atMs < first.atMs || (entry.atMs === first.atMs && entry.order < first.order))
        first = entry;
    }
    return first;
  };
  const runNext = async (entry: Entry): Promise<void> => {
    entries.delete(entry);
    nowMs = Math.max(nowMs, entry.atMs);
    entry.callback();
    await settle();
  };

  return {
    now: () => nowMs,
    wallNow: () => nowMs + wallOffsetMs,
    setTimer(callback, delayMs) {
      order += 1;
      const entry: Entry = { atMs: nowMs + Math.max(0, delayMs), order, callback };
      entries.add(entry);
      return { cancel: () => void entries.delete(entry), unref: () => {} };
    },
    async advance(byMs) {
      const targetMs = nowMs + byMs;
      await settle();
      for (let entry = next(); entry !== undefined && entry.atMs <= targetMs; entry = next()) await runNext(entry);
      nowMs = targetMs;
      await settle();
    },
    async runUntil(done, limitMs = Number.POSITIVE_INFINITY) {
      await settle();
      for (let entry = next(); !done() && entry !== undefined && entry.atMs <= limitMs; entry = next())
        await runNext(entry);
    },
    shiftWall(byMs) {
      wallOffsetMs += byMs;
    },
    get pending() {
      return entries.size;
    },
  };
}

/** Lets promises and immediates that are already on their way run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
