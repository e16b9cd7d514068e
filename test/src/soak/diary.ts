import type { LedgerName } from "./load.js";
import type { Stalls } from "../stalls/index.js";
import type { Admission, Batch } from "./words.js";

/** Notes of a worker, handed over batch by batch so that they do not grow in its memory. */
export interface Diary {
  /** Times one call that has to settle within `deadlineMs`; undefined when it failed. */
  timed<Value>(what: string, deadlineMs: number, call: () => Promise<Value>): Promise<Value | undefined>;
  admitted(ledger: LedgerName, atUs: number): void;
  ended(how: string): void;
  held(fromUs: number, toUs: number): void;
  /** What was noted since the last time. */
  take(): Batch;
}

/** Unix time, monotonic within a process. Unit: microseconds. */
export function wallUs(): number {
  return (performance.timeOrigin + performance.now()) * 1000;
}

export function createDiary(stalls: Stalls): Diary {
  let admissions: Record<LedgerName, Admission[]> = { asked: [], waited: [] };
  let held: [number, number][] = [];
  let ends: Record<string, number> = {};
  let calls = 0;
  let latestMs: number | undefined;
  let latestOf = "";
  let stalledMs = 0;

  const ended = (how: string): void => {
    ends[how] = (ends[how] ?? 0) + 1;
  };
  return {
    ended,
    async timed(what, deadlineMs, call) {
      const sinceMs = performance.now();
      const stalledBeforeMs = stalls.totalMs;
      calls += 1;
      try {
        return await call();
      } catch (error) {
        ended(String((error as { code?: unknown }).code ?? error));
        return undefined;
      } finally {
        // Who had to connect has the time of a stall again.
        const lateMs = performance.now() - sinceMs - deadlineMs - 2 * (stalls.totalMs - stalledBeforeMs);
        if (latestMs === undefined || lateMs > latestMs) [latestMs, latestOf] = [lateMs, what];
      }
    },
    admitted: (ledger, atUs) => void admissions[ledger].push([wallUs(), atUs]),
    held: (fromUs, toUs) => void held.push([fromUs, toUs]),
    take() {
      const nowStalledMs = stalls.totalMs;
      const batch: Batch = { admissions, held, calls, ends, latestMs, latestOf, stalledMs: nowStalledMs - stalledMs };
      admissions = { asked: [], waited: [] };
      held = [];
      ends = {};
      calls = 0;
      latestMs = undefined;
      latestOf = "";
      stalledMs = nowStalledMs;
      return batch;
    },
  };
}
