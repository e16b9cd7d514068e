/** Hands out ids: a prefix and seven digits, counted up per prefix, so the same calls give the same ids. */
export interface IdSequence {
  next(prefix: string): string;
}

export function idSequence(): IdSequence {
  const last = new Map<string, number>();
  return {
    next(prefix) {
      const number = (last.get(prefix) ?? 0) + 1;
      last.set(prefix, number);
      return `${prefix}${String(number).padStart(7, "0")}`;
    },
  };
}
