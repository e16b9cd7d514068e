/** The busiest of many names, found in bounded room; whoever makes up more than one part in `size` of all uses is among them. */
export interface Challengers {
  count(name: string): void;
  /** How often the busiest was used, at least. */
  strongest(): { readonly name: string; readonly count: number } | undefined;
  forget(name: string): void;
  halve(): void;
}

/** Misra and Gries: a new name in a full table takes one from all, so that a flood of names used once leaves none. */
export function createChallengers(size: number): Challengers {
  const counts = new Map<string, number>();
  const lower = (by: (count: number) => number): void => {
    for (const [name, count] of counts) {
      const left = by(count);
      if (left < 1) counts.delete(name);
      else counts.set(name, left);
    }
  };
  return {
    count(name) {
      const known = counts.get(name);
      if (known !== undefined || counts.size < size) counts.set(name, (known ?? 0) + 1);
      else lower((count) => count - 1);
    },
    strongest() {
      let best: { name: string; count: number } | undefined;
      for (const [name, count] of counts) if (count > (best?.count ?? 0)) best = { name, count };
      return best;
    },
    forget: (name) => void counts.delete(name),
    halve: () => lower((count) => count / 2),
  };
}
