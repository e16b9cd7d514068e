/** After so long without a refusal the whole quota is tried again. Unit: microseconds. */
const RECOVERY_US = 50_000_000;
/** Refusals so soon after one another speak of the same moment. Unit: microseconds. */
const SAME_MOMENT_US = 500_000;
/** What was granted in a shorter time measures nothing. Unit: microseconds. */
const SHORTEST_MEASURE_US = 2_000_000;
/** Tokens that were counted as ours and may not have been. */
const UNSURE = 2;
/** Without a measure a refusal costs this part of the rate. */
const UNMEASURED = 0.85;
/** No single refusal costs more than this part, and no row of them leaves less than the least. */
const DEEPEST_CUT = 0.7;
const LEAST = 0.05;

/**
 * The part of a quota that strangers leave us. They are not seen, only met: when the provider refuses what our bucket had granted, the
 * tokens granted since the last refusal tell what was left for us. The part stays near that for half a minute and then rises ever
 * faster, to the whole again after 50 seconds, so that a stranger who stays costs a refusal every half minute and one who leaves is soon
 * forgotten. It never exceeds the whole. The curve is that of TCP CUBIC (RFC 9438), flatter at first, since every refusal is a lost request.
 */
export class Share {
  #part: number;
  #atUs: number;
  #taken = 0;

  /** A first refusal may have had any reason, so it only begins the measure. */
  constructor(nowUs: number) {
    this.#part = 1;
    this.#atUs = nowUs;
  }

  /** The part of the quota to use now, 0.05 to 1. */
  at(nowUs: number): number {
    const x = Math.max(0, nowUs - this.#atUs) / RECOVERY_US;
    if (x >= 1) return 1;
    const cube = x * x * x;
    return this.#part + (1 - this.#part) * cube * cube;
  }

  /** Tokens granted, or given back when negative. */
  count(tokens: number): void {
    this.#taken = Math.max(0, this.#taken + tokens);
  }

  /**
   * The part that was granted since the last refusal; undefined while that is too short ago to tell.
   *
   * @param whole - tokens that the whole quota yields in a microsecond.
   */
  measured(nowUs: number, whole: number): number | undefined {
    const elapsedUs = nowUs - this.#atUs;
    // The one refused was not used up, and another may have been on its way: rather a little less than more.
    return elapsedUs < SHORTEST_MEASURE_US ? undefined : Math.max(0, this.#taken - UNSURE) / (whole * elapsedUs);
  }

  /** Learns from a refusal; false when it tells nothing new. */
  refused(nowUs: number, measured: number | undefined): boolean {
    if (nowUs - this.#atUs < SAME_MOMENT_US) return false;
    this.#part = cut(this.at(nowUs), measured);
    this.#atUs = nowUs;
    this.#taken = 0;
    return true;
  }

  clone(): Share {
    const copy = new Share(this.#atUs);
    copy.#part = this.#part;
    copy.#taken = this.#taken;
    return copy;
  }

  /** When the whole quota is used again. */
  get endsUs(): number {
    return this.#atUs + RECOVERY_US;
  }
}

function cut(current: number, measured: number | undefined): number {
  const part = measured === undefined ? current * UNMEASURED : Math.max(current * DEEPEST_CUT, measured);
  return Math.min(current, Math.max(LEAST, part));
}
