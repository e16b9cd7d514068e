/** A slow lane books a unit only when it is due this soon, plus this part of the time it has been waiting. */
const SOON_MS = 100;
const GROWTH = 1;
/** No unit is booked further ahead than this, or than a round of all who share the bucket takes. Unit: milliseconds. */
const FARTHEST_MS = 1_000;

/**
 * How far ahead somebody may book who has waited so long since the last unit. Many narrow buckets may share a wide one that is short
 * of tokens; as patience lengthens the reach, whoever was served longest ago gets the next slot, in whichever process.
 *
 * @param roundMs - how long one unit for each of those who share the slowest bucket takes.
 */
export function horizonMs(waitedMs: number, roundMs: number): number {
  return Math.min(Math.max(FARTHEST_MS, roundMs), SOON_MS + GROWTH * Math.max(0, waitedMs));
}

/**
 * When to ask again about a slot that far off, for somebody who has waited so long: when it comes within reach, or, should others go on
 * booking what comes nearer, when patience alone reaches as far. Unit: milliseconds.
 */
export function reachableInMs(slotMs: number, waitedMs: number, roundMs: number): number {
  const nearMs = slotMs - SOON_MS;
  const patientMs = nearMs / GROWTH - waitedMs;
  return Math.max(0, Math.min(nearMs, patientMs), slotMs - Math.max(FARTHEST_MS, roundMs));
}
