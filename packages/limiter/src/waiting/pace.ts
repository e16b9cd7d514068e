import { capacityOf, type Limit, rateOf } from "../limits/limit.js";
import type { StoreCharge } from "../store/store.js";

/** How a lane of equal waiters asks. */
export interface Pace {
  /** Groups of units booked ahead in one question. */
  readonly ahead: number;
  /** Units in each. */
  readonly group: number;
  /** Whether only what is due very soon may be booked, since one unit lasts longer than a chunk should. */
  readonly slow: boolean;
}

/** Bucket time that one question may book. */
const CHUNK_MS = 80;
/** Most debits one question leaves in a bucket's future; beyond that, units share an instant. */
const MOST_GROUPS = 16;
/** Evenly spaced units cannot share an instant, so fewer of them are booked. */
const MOST_SPACED = 64;

/**
 * Little is booked ahead: about 80 ms of the slowest bucket's time. So a killed process loses no more than that, a late
 * comer waits one round of such chunks, and four units a question keep the store idle.
 */
export function paceOf(charges: readonly StoreCharge[]): Pace {
  // Custom limits book what is free now, and nothing ahead.
  if (charges.some(({ limit }) => limit.kind === "custom")) return { ahead: 0, group: 1, slow: true };
  // Places come back when they are released, which nobody can foresee: none is booked ahead.
  if (charges.every(({ limit }) => limit.kind === "concurrency")) return { ahead: 0, group: 1, slow: true };
  const unitsPerMs = Math.min(...charges.map(({ limit, cost }) => rateOf(limit) / cost / 1000));
  const chunk = Math.floor(unitsPerMs * CHUNK_MS);
  if (chunk < 1) return { ahead: 1, group: 1, slow: true };
  if (charges.some(({ limit }) => limit.kind === "leakyBucket"))
    return { ahead: Math.min(chunk, MOST_SPACED), group: 1, slow: false };
  const group = Math.ceil(chunk / MOST_GROUPS);
  return { ahead: Math.ceil(chunk / group), group, slow: false };
}

/** Processes up to which each books a whole chunk; beyond that the chunks shrink, or a late comer would wait a round of all of them. */
const WHOLE_CHUNKS = 8;

/** Groups that one of so many processes books ahead. */
export function aheadAmong({ ahead }: Pace, peers: number): number {
  return peers <= WHOLE_CHUNKS || ahead === 0 ? ahead : Math.max(1, Math.floor((ahead * WHOLE_CHUNKS) / peers));
}

/** How long it takes until each of those who share the slowest bucket has had a unit. Unit: milliseconds. */
export function roundMs(charges: readonly StoreCharge[], sharers: (bucket: string) => number): number {
  return Math.max(0, ...charges.map(({ bucket, limit, cost }) => (sharers(bucket) * cost * 1000) / rateOf(limit)));
}

/**
 * Most units for one question when others want the same: a part of what a full bucket holds, so that whoever asks first does not
 * empty it, but never less than a chunk.
 *
 * @param sharers - how many want tokens of the bucket, in this process and others.
 */
export function fairCount(
  charges: readonly StoreCharge[],
  { group }: Pace,
  ahead: number,
  sharers: (bucket: string) => number,
): number {
  let most = Number.POSITIVE_INFINITY;
  for (const { bucket, limit, cost } of charges) {
    const sharing = sharers(bucket);
    if (sharing > 1) most = Math.min(most, Math.ceil(capacityOf(limit) / (cost * sharing)));
  }
  return Math.max(1, ahead * group, most);
}

/** The least time that must pass from the next free unit until the one `position` places behind it. Unit: milliseconds. */
export function leastWaitMs(charges: readonly StoreCharge[], position: number): number {
  return Math.max(0, ...charges.map(({ limit, cost }) => leastOf(limit, cost * position)));
}

function leastOf(limit: Limit, tokens: number): number {
  switch (limit.kind) {
    // A bucket that is waited for is empty, so every token has to drip in.
    case "tokenBucket":
      return (tokens / limit.refillRate) * 1000;
    case "leakyBucket":
      return (tokens / limit.rate) * 1000;
    // Whoever holds a place may release it at any moment.
    case "concurrency":
      return 0;
    // What a rule of one's own will say, nobody knows.
    case "custom":
      return 0;
    // One that only estimates may let twice its limit through.
    case "slidingWindowCounter":
      return Math.floor(tokens / (2 * limit.limit)) * limit.windowMs;
    // A window may free all of its tokens at once.
    default:
      return Math.floor(tokens / limit.limit) * limit.windowMs;
  }
}
