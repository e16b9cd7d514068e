/** Grants of a whole fleet against one token bucket. */
export interface Bound {
  readonly refillRate: number;
  readonly burst: number;
}

/**
 * The most that any window of the ledger holds above `burst + rate x elapsed`, in tokens; never above 0 when the limit was kept.
 *
 * @param atUs - instants of the grants. Unit: microseconds.
 */
export function worstExcess(atUs: readonly number[], { refillRate, burst }: Bound): number {
  const inOrder = atUs.toSorted((a, b) => a - b);
  // Grant j closes a window that grant i opened: (j - i + 1) - burst - rate * (tj - ti). Best i so far makes this linear.
  let worst = Number.NEGATIVE_INFINITY;
  let best = Number.NEGATIVE_INFINITY;
  for (const [index, us] of inOrder.entries()) {
    const earned = (refillRate * (us - (inOrder[0] ?? 0))) / 1e6;
    best = Math.max(best, earned - index);
    worst = Math.max(worst, index + 1 - earned + best - burst);
  }
  return worst;
}

/** Jain's index of fairness: 1 when all got the same. */
export function jain(shares: readonly number[]): number {
  const sum = shares.reduce((a, b) => a + b, 0);
  return sum ** 2 / (shares.length * shares.reduce((a, b) => a + b * b, 0));
}
