import type { LedgerEntry } from "./entry.js";

/** Which entries to look at: those that agree with every field given. @public */
export type LedgerFilter = Partial<
  Pick<LedgerEntry, "method" | "team" | "app" | "channel" | "account" | "limit" | "status" | "accepted">
>;

/** How many entries agree with the filter. @public */
export function countEntries(entries: readonly LedgerEntry[], filter: LedgerFilter = {}): number {
  return entries.filter(agreesWith(filter)).length;
}

/** The entries that were refused for their rate: with 429, or otherwise where the provider does so. @public */
export function throttledEntries(entries: readonly LedgerEntry[]): readonly LedgerEntry[] {
  return entries.filter((entry) => entry.status === 429 || entry.throttled === true);
}

/**
 * The most accepted requests of a method in any window of the given length. A window holds its start and not its end,
 * so two requests exactly `windowMs` apart never share one. Entries must be in order of arrival.
 *
 * `within` narrows the count further, to one channel for example.
 *
 * @public
 */
export function maxInWindow(
  entries: readonly LedgerEntry[],
  method: string,
  windowMs: number,
  within: LedgerFilter = {},
): number {
  const arrivals = entries.filter(agreesWith({ ...within, method, accepted: true })).map((entry) => entry.atMs);
  let most = 0;
  let first = 0;
  arrivals.forEach((atMs, index) => {
    while ((arrivals[first] ?? atMs) + windowMs <= atMs) first += 1;
    most = Math.max(most, index - first + 1);
  });
  return most;
}

function agreesWith(filter: LedgerFilter): (entry: LedgerEntry) => boolean {
  const wanted = Object.entries(filter) as [keyof LedgerFilter, unknown][];
  return (entry) => wanted.every(([field, value]) => value === undefined || entry[field] === value);
}
