/** When so many are too long, it is not the machine. */
const MOST_ROUNDS = 5;
/** Too long, and no stall of this process shows why: the store may stand still alone, but not so many times. */
const MOST_UNEXPLAINED = 2;
const TICK_MS = 5;
/** What is later than that shows a stall. Unit: milliseconds. */
const STALL_MS = 20;

/**
 * How long a round takes; another one where it takes too long because the machine stood still. The shortest of them. Unit: milliseconds.
 */
export async function shortestOf(enoughMs: number, round: (n: number) => Promise<number>): Promise<number> {
  let [shortestMs, unexplained] = [Number.POSITIVE_INFINITY, 0];
  for (let n = 0; n < MOST_ROUNDS && shortestMs >= enoughMs && unexplained < MOST_UNEXPLAINED; n += 1) {
    let [dueMs, stalled] = [performance.now() + TICK_MS, false];
    const look = (): void => {
      stalled ||= performance.now() - dueMs > STALL_MS;
      dueMs = performance.now() + TICK_MS;
    };
    const timer = setInterval(look, TICK_MS);
    try {
      shortestMs = Math.min(shortestMs, await round(n));
      look();
    } finally {
      clearInterval(timer);
    }
    if (!stalled) unexplained += 1;
  }
  return shortestMs;
}
