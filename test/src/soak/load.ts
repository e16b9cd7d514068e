import { concurrency, tokenBucket } from "@sluice/limiter";

/** What every worker asks for. Small numbers: a token too many is then easy to see. */
export const bound = { refillRate: 50, burst: 20 };
export const places = { max: 3, leaseMs: 2000 };

export const sharedBucket = tokenBucket(bound);
export const placeLimit = concurrency(places);
/** Buckets of many visitors come and go, so that what is kept for each shows. */
export const visitorBucket = tokenBucket({ refillRate: 5, burst: 5 });
export const VISITORS = 500;

/** Longest wait for one answer of the store, and longest waits of those who wait. Unit: milliseconds. */
export const COMMAND_MS = 500;
export const ACQUIRE_MS = 1500;
export const PLACE_MS = 1000;

/** How long a place is used. Unit: milliseconds. */
export const WORK_MS = [50, 300] as const;

/** The ledgers that are kept: those who ask now or never, and those who wait. */
export const ledgerNames = ["asked", "waited"] as const;
export type LedgerName = (typeof ledgerNames)[number];

/** Instants of the store count from 1970, those of a process's own buckets from its start: they are 30 years apart. */
export function isOfStore(atUs: number): boolean {
  return atUs > 1e15;
}
