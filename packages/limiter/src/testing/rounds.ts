/** When so many are too long, it is not the machine. */
const MOST_ROUNDS = 5;

/**
 * The shortest of a few rounds, or the first that is short enough: a stall of the machine makes a round longer, and nothing makes one
 * shorter than it is. Unit: milliseconds.
 */
export async function shortestOf(enoughMs: number, round: (n: number) => Promise<number>): Promise<number> {
  let shortestMs = Number.POSITIVE_INFINITY;
  for (let n = 0; n < MOST_ROUNDS && shortestMs >= enoughMs; n += 1) shortestMs = Math.min(shortestMs, await round(n));
  return shortestMs;
}
