/** A name that is as good as nothing like the one asked for is no help. */
const MOST_APART = 0.6;

/** The names most like one that nobody knows, the best first: those it is a part of, then those with the fewest letters changed. */
export function nearNames(name: string, names: readonly string[], most: number): readonly string[] {
  const asked = name.toLowerCase().slice(0, 100);
  const scored = names.map((one) => ({ one, apart: apart(asked, one.toLowerCase()) }));
  return scored
    .filter((found) => found.apart <= MOST_APART)
    .toSorted((one, other) => one.apart - other.apart)
    .slice(0, most)
    .map(({ one }) => one);
}

/** 0 for the same, 1 for nothing in common. */
function apart(asked: string, name: string): number {
  if (asked === "") return 1;
  const changes = changesBetween(asked, name) / Math.max(asked.length, name.length);
  const part = name.includes(asked) || asked.includes(name);
  return part ? changes / 4 : changes;
}

/** Letters to put in, take out or change. */
function changesBetween(one: string, other: string): number {
  let before = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const now = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1] ? 0 : 1;
      now.push(
        Math.min(
          (now[column - 1] as number) + 1,
          (before[column] as number) + 1,
          (before[column - 1] as number) + same,
        ),
      );
    }
    before = now;
  }
  return before[other.length] as number;
}
