import type { Random } from "@sluice/core";

/** A source of numbers in [0, 1) that is the same for the same seed: mulberry32, public domain, by Tommy Ettinger. */
export function seeded(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A seed for a part of a run that does not depend on what the other parts draw. */
export function subSeed(seed: number, part: number): number {
  return (Math.imul(seed, 0x9e3779b1) ^ Math.imul(part + 1, 0x85ebca6b)) | 0;
}

/** Time until the next of events that come at random, so many a second. Unit: milliseconds. */
export function untilNextMs(perSecond: number, random: Random): number {
  return (-Math.log(1 - random()) / perSecond) * 1000;
}

/** Draws indexes as often as their weights say. */
export function createPicker(weights: readonly number[], random: Random): () => number {
  const sums: number[] = [];
  let sum = 0;
  for (const weight of weights) sums.push((sum += weight));
  return () => {
    const wanted = random() * sum;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as number) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
