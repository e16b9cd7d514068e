/** One token, in the millionths that a rate per second earns in a microsecond. */
const TOKEN = 1e6;

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
  // In millionths of a token, so whole numbers stay whole and a limit that is just kept is not above 0 by a rounding.
  let worst = Number.NEGATIVE_INFINITY;
  let best = Number.NEGATIVE_INFINITY;
  for (const [index, us] of inOrder.entries()) {
    const earned = refillRate * (us - (inOrder[0] ?? 0));
    best = Math.max(best, earned - index * TOKEN);
    worst = Math.max(worst, (index + 1 - burst) * TOKEN - earned + best);
  }
  return worst / TOKEN;
}

/** Jain's index of fairness: 1 when all got the same. */
export function jain(shares: readonly number[]): number {
  const sum = shares.reduce((a, b) => a + b, 0);
  return sum ** 2 / (shares.length * shares.reduce((a, b) => a + b * b, 0));
}
