import type { Families } from "../families/families.js";
import type { RetryOutcome, RetryReason } from "../retry-reason.js";
import { type CallerSeries, openCallerSeries } from "./caller-series.js";

/** Where a call goes, in labels that are safe to show. */
export interface PlaceLabels {
  readonly provider: string;
  readonly account: string;
  readonly operation: string;
}

/** The series of one place, resolved once. Durations in seconds. */
export interface Place {
  readonly labels: PlaceLabels;
  observeDuration(seconds: number): void;
  observeWait(seconds: number): void;
  setTokens(tokens: number): void;
  countRetry(reason: RetryReason, outcome: RetryOutcome): void;
  countRetryAfterIgnored(): void;
  countRetryAfterCapped(): void;
  /** Those opened so far, by caller. */
  readonly callers: Map<string, CallerSeries>;
  /** Opens the series of one caller here and keeps them. */
  openCaller(caller: string): CallerSeries;
}

/** Resolves the series of a place; none is exported before it has a value. */
export function openPlace(families: Families, labels: PlaceLabels): Place {
  const duration = families.duration.cell({ ...labels });
  const wait = families.wait.cell({ ...labels });
  const tokens = families.tokens.cell({ ...labels });
  const callers = new Map<string, CallerSeries>();
  return {
    labels,
    observeDuration: (seconds) => duration.observe(seconds),
    observeWait: (seconds) => wait.observe(seconds),
    setTokens: (count) => tokens.set(count),
    countRetry: (reason, outcome) => families.retries.cell({ ...labels, reason, outcome }).add(1),
    countRetryAfterIgnored: () => families.retryAfterIgnored.cell({ ...labels }).add(1),
    countRetryAfterCapped: () => families.retryAfterCapped.cell({ ...labels }).add(1),
    callers,
    openCaller(caller) {
      const series = openCallerSeries(families, { ...labels, caller });
      callers.set(caller, series);
      return series;
    },
  };
}
