/** Half of the time that a high is remembered. Unit: milliseconds. */
const HALF_MS = 15_000;

/** The highest value of the last 15 to 30 seconds: what was last seen of many buckets says little about the fullest. */
export class UsageWindow {
  #startedMs = Number.NEGATIVE_INFINITY;
  #now = 0;
  #before = 0;

  note(value: number, nowMs: number): void {
    this.#turn(nowMs);
    if (value > this.#now) this.#now = value;
  }

  high(nowMs: number): number {
    this.#turn(nowMs);
    return Math.max(this.#now, this.#before);
  }

  #turn(nowMs: number): void {
    const elapsedMs = nowMs - this.#startedMs;
    if (elapsedMs < HALF_MS) return;
    this.#before = elapsedMs < 2 * HALF_MS ? this.#now : 0;
    this.#now = 0;
    this.#startedMs = nowMs;
  }
}
