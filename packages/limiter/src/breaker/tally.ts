import type { BreakerRules } from "./rules.js";
import type { BreakerCounts } from "./store.js";

/** What has been counted while closed. Instants are whole microseconds of the store's clock. */
export interface Tally {
  /** The window, cut in ten. */
  slices: Slice[];
  lastSuccessUs: number;
  /** Instants of the failures since the last success, oldest first. */
  row: number[];
}

interface Slice {
  readonly startUs: number;
  succeeded: number;
  failed: number;
}

const SLICES = 10;
/** Failures without a success between them count for an hour. */
export const ROW_US = 3600e6;

export function emptyTally(): Tally {
  return { slices: [], lastSuccessUs: 0, row: [] };
}

/** Forgets what is too old, and what a clock that was set back left in the future. */
export function pruneTally(tally: Tally, rules: BreakerRules, nowUs: number): void {
  const windowUs = Math.round(rules.windowMs * 1000);
  tally.slices = tally.slices.filter(({ startUs }) => startUs > nowUs - windowUs && startUs <= nowUs);
  tally.row = tally.row.filter((atUs) => atUs > nowUs - ROW_US && atUs <= nowUs);
  tally.lastSuccessUs = Math.min(tally.lastSuccessUs, nowUs);
}

/** Adds a process's counts at their instants; expects a pruned tally. */
export function addCounts(tally: Tally, rules: BreakerRules, counts: BreakerCounts, nowUs: number): void {
  const before = (ageMs: number): number => nowUs - Math.round(ageMs * 1000);
  if (counts.succeeded > 0) {
    const atUs = before(counts.lastSuccessAgeMs);
    addToSlice(tally, rules, atUs, counts.succeeded, 0, nowUs);
    tally.lastSuccessUs = Math.max(tally.lastSuccessUs, atUs);
    tally.row = tally.row.filter((failedUs) => failedUs > tally.lastSuccessUs);
  }
  if (counts.failed > 0) addToSlice(tally, rules, before(counts.lastFailureAgeMs), 0, counts.failed, nowUs);
  if (!Number.isFinite(rules.consecutiveFailures)) return;
  // In its own process each came after the last success, so the same instant is late enough.
  const late = counts.rowAgesMs.map(before).filter((atUs) => atUs >= tally.lastSuccessUs && atUs > nowUs - ROW_US);
  tally.row = [...tally.row, ...late].toSorted((a, b) => a - b).slice(-rules.consecutiveFailures);
}

/** Which rule the counts break, if any. */
export function tooManyFailures(
  { slices, row }: Tally,
  rules: BreakerRules,
): "consecutive-failures" | "failure-rate" | undefined {
  if (row.length >= rules.consecutiveFailures) return "consecutive-failures";
  const failed = slices.reduce((sum, slice) => sum + slice.failed, 0);
  const all = slices.reduce((sum, slice) => sum + slice.succeeded, failed);
  return all >= rules.minimumCalls && failed / all >= rules.failureRate ? "failure-rate" : undefined;
}

function addToSlice(
  tally: Tally,
  { windowMs }: BreakerRules,
  atUs: number,
  succeeded: number,
  failed: number,
  nowUs: number,
): void {
  const windowUs = Math.round(windowMs * 1000);
  const widthUs = Math.ceil(windowUs / SLICES);
  const startUs = Math.floor(atUs / widthUs) * widthUs;
  if (startUs <= nowUs - windowUs) return;
  let slice = tally.slices.find((one) => one.startUs === startUs);
  if (slice === undefined) {
    slice = { startUs, succeeded: 0, failed: 0 };
    tally.slices.push(slice);
  }
  slice.succeeded += succeeded;
  slice.failed += failed;
}
