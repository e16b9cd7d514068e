/** Pauses beyond so many are not remembered; those who wait hold all the same. */
const MOST_PAUSES = 10_000;

/** Which buckets are paused, as far as this process has heard. Instants are milliseconds of the limiter's clock. */
export class KnownPauses {
  readonly #untilMs = new Map<string, number>();

  /** A later end takes the place of an earlier one, never the other way. */
  add(buckets: Iterable<string>, untilMs: number, nowMs: number): void {
    for (const bucket of buckets) {
      if (untilMs <= (this.#untilMs.get(bucket) ?? nowMs)) continue;
      if (this.#untilMs.size >= MOST_PAUSES) this.#forgetPast(nowMs);
      if (this.#untilMs.size < MOST_PAUSES) this.#untilMs.set(bucket, untilMs);
    }
  }

  /** What is left of a bucket's pause; 0 when there is none. Unit: milliseconds. */
  leftMs(bucket: string, nowMs: number): number {
    return Math.max(0, (this.#untilMs.get(bucket) ?? nowMs) - nowMs);
  }

  #forgetPast(nowMs: number): void {
    for (const [bucket, untilMs] of this.#untilMs) if (untilMs <= nowMs) this.#untilMs.delete(bucket);
  }
}
