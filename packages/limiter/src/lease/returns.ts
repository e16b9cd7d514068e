/** Who has been here a moment ago. Bounded: when there are too many, all are new again. */
export class Returns {
  readonly #firstMs = new Map<string, number>();

  /** @param withinMs - after so long somebody counts as new again. */
  constructor(
    readonly most: number,
    readonly withinMs: number,
  ) {}

  /**
   * When somebody who is here again came first; undefined for who is new.
   *
   * @param apartMs - what comes closer together is one visit: a question is put twice when there is no answer at once.
   */
  since(name: string, nowMs: number, apartMs: number): number | undefined {
    const firstMs = this.#firstMs.get(name);
    if (firstMs === undefined || nowMs - firstMs > this.withinMs) {
      if (this.#firstMs.size >= this.most) this.#firstMs.clear();
      this.#firstMs.set(name, nowMs);
      return undefined;
    }
    if (nowMs - firstMs <= apartMs) return undefined;
    this.#firstMs.delete(name);
    return firstMs;
  }
}
