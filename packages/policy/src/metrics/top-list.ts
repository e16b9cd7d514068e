/** One of the most frequent. */
export interface TopEntry {
  readonly name: string;
  /** May be too high by `error`, never too low. */
  readonly count: number;
  readonly error: number;
}

/**
 * The most frequent names of a stream in bounded memory: a newcomer takes the place of the rarest one, and its count as possible error.
 * Source: Metwally, Agrawal, El Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data Streams", 2005 (Space-Saving).
 */
export class TopList {
  readonly #counts = new Map<string, { count: number; error: number }>();

  /** @param size - names held; any name seen more often than 1 in `size` of all is among them. */
  constructor(readonly size: number) {}

  add(name: string): void {
    const known = this.#counts.get(name);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    const error = this.#counts.size < this.size ? 0 : this.#dropRarest();
    this.#counts.set(name, { count: error + 1, error });
  }

  top(most: number): TopEntry[] {
    return [...this.#counts]
      .map(([name, { count, error }]) => ({ name, count, error }))
      .toSorted((one, other) => other.count - one.count || (one.name < other.name ? -1 : 1))
      .slice(0, most);
  }

  clear(): void {
    this.#counts.clear();
  }

  #dropRarest(): number {
    let rarest = "";
    let least = Number.POSITIVE_INFINITY;
    for (const [name, { count }] of this.#counts) {
      if (count >= least) continue;
      least = count;
      rarest = name;
    }
    this.#counts.delete(rarest);
    return least;
  }
}
