/**
 * What a provider's own window has left until it ends: a bound beside our window, which began at another time. It is forgotten at its
 * end, so that nothing strangers used before stays in our window, and it only ever slows: whoever goes must fit into both.
 */
export class ProviderWindow {
  #left = 0;
  /** Tokens taken since then are off `left`; those before may be in the provider's figure or not. */
  #sinceUs = 0;
  #endsUs = 0;

  /** Tokens left for whoever goes at that instant. */
  left(atUs: number): number {
    return atUs < this.#endsUs ? Math.max(0, this.#left) : Number.POSITIVE_INFINITY;
  }

  /** The first instant from `fromUs` on at which the cost fits. */
  earliest(cost: number, fromUs: number): number {
    return cost > this.left(fromUs) ? this.#endsUs : fromUs;
  }

  /** 0 for none. */
  get endsUs(): number {
    return this.#endsUs;
  }

  take(cost: number, atUs: number): void {
    if (atUs < this.#endsUs) this.#left -= cost;
  }

  giveBack(cost: number, atUs: number): void {
    if (atUs > this.#sinceUs && atUs < this.#endsUs) this.#left += cost;
  }

  /** Each word lowers what is left, and none makes a window longer: the next one is heard of when this one has ended. */
  lower(remaining: number, nowUs: number, endsUs: number): void {
    const fresh = nowUs >= this.#endsUs;
    if (fresh || remaining < this.#left) {
      this.#left = remaining;
      this.#sinceUs = nowUs;
    }
    this.#endsUs = fresh ? endsUs : Math.min(this.#endsUs, endsUs);
  }

  clone(): ProviderWindow {
    const copy = new ProviderWindow();
    copy.#left = this.#left;
    copy.#sinceUs = this.#sinceUs;
    copy.#endsUs = this.#endsUs;
    return copy;
  }
}

/** A provider's word about its window. */
interface Word {
  readonly remaining: number;
  /** What may ever be in the bucket: a window with more than that bounds nothing. */
  readonly most: number;
  readonly endsUs: number;
}

/** What is known of the provider's window after its word. */
export function lowered(
  known: ProviderWindow | undefined,
  { remaining, most, endsUs }: Word,
  nowUs: number,
): ProviderWindow | undefined {
  const over = known === undefined || nowUs >= known.endsUs;
  if (over && remaining >= most) return undefined;
  const theirs = over ? new ProviderWindow() : known;
  theirs.lower(remaining, nowUs, endsUs);
  return theirs;
}
