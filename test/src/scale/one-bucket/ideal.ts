import type { Wait } from "./run-one-bucket.js";

/**
 * When each wait would have ended in one queue for the whole fleet, first come, first served, over a bucket that wastes nothing.
 *
 * @param waits - in the order asked.
 * @returns instants in milliseconds, in the same order.
 */
export function idealInstants(
  waits: readonly Wait[],
  { refillRate, burst }: { readonly refillRate: number; readonly burst: number },
): Float64Array {
  const instants = new Float64Array(waits.length);
  const perTokenMs = 1000 / refillRate;
  // When the bucket will be full, as a queue of tokens counts it: GCRA's theoretical arrival time.
  let fullMs = Number.NEGATIVE_INFINITY;
  for (const [index, { askedMs }] of waits.entries()) {
    const atMs = Math.max(askedMs, fullMs - (burst - 1) * perTokenMs, instants[index - 1] ?? 0);
    fullMs = Math.max(atMs, fullMs) + perTokenMs;
    instants[index] = atMs;
  }
  return instants;
}
