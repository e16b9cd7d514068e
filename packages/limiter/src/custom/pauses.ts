import type { Clock } from "@sluice/core";

/** What this process has been told of pauses, so that they hold here whatever becomes of the shared state. */
export interface Pauses {
  add(scope: string, name: string, pauseMs: number): void;
  /** What is left. Unit: microseconds; 0 for none. */
  leftUs(scope: string, name: string): number;
}

const MOST_UNSWEPT = 1_000;

export function createPauses(clock: Clock): Pauses {
  const untilMs = new Map<string, number>();
  let sweepAt = MOST_UNSWEPT;
  const keyOf = (scope: string, name: string): string => `${scope.length}:${scope}${name}`;
  return {
    add(scope, name, pauseMs) {
      const key = keyOf(scope, name);
      untilMs.set(key, Math.max(untilMs.get(key) ?? Number.NEGATIVE_INFINITY, clock.now() + pauseMs));
      if (untilMs.size < sweepAt) return;
      for (const [other, endMs] of untilMs) if (endMs <= clock.now()) untilMs.delete(other);
      sweepAt = Math.max(MOST_UNSWEPT, untilMs.size * 2);
    },
    leftUs: (scope, name) =>
      Math.ceil(Math.max(0, (untilMs.get(keyOf(scope, name)) ?? Number.NEGATIVE_INFINITY) - clock.now()) * 1000),
  };
}
