/** A line that a test wrote. */
export interface SeenRow {
  readonly id: string;
  readonly fault: string;
  readonly expected: string;
  readonly seen: string;
  readonly held: boolean;
}

/** How many rows each group of the catalogue has. */
const groups = { A: 19, B: 17, C: 13, D: 9, E: 18, F: 17 } as const;

/** In the catalogue's order; of a line that was tried again, the last try, which says what came of the first. */
export function tableOf(rows: readonly SeenRow[]): readonly SeenRow[] {
  const last = new Map<string, SeenRow>();
  for (const row of rows) {
    const line = `${row.id} ${row.fault} ${row.expected}`;
    const before = last.get(line);
    last.set(line, before?.held === false ? { ...row, seen: `${row.seen} (second try; first: ${before.seen})` } : row);
  }
  return [...last.values()].toSorted((one, other) => rank(one.id) - rank(other.id));
}

/** Rows of the catalogue that nobody provoked. */
export function missingRows(rows: readonly SeenRow[]): readonly string[] {
  const there = new Set(rows.map(({ id }) => id));
  return Object.entries(groups)
    .flatMap(([group, many]) => Array.from({ length: many }, (_, index) => `${group}${index + 1}`))
    .filter((id) => !there.has(id));
}

function rank(id: string): number {
  return id.charCodeAt(0) * 1000 + Number(id.slice(1));
}
