/** Order of keys by their UTF-8 bytes, which is that of their code points and not quite that of strings. */
export function compareKeys(one: string, other: string): number {
  if (one === other) return 0;
  const shorter = Math.min(one.length, other.length);
  for (let at = 0; at < shorter; at += 1) {
    const left = one.charCodeAt(at);
    const right = other.charCodeAt(at);
    if (left !== right) return rank(left) - rank(right);
  }
  return one.length - other.length;
}

/** Halves of characters beyond 16 bits come after all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x1_0000 : unit;
}

/** Where in an ordered list the first key stands that is not below the one given. */
export function firstNotBelow(keys: readonly string[], key: string): number {
  let from = 0;
  let to = keys.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (compareKeys(keys[middle] ?? "", key) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}
