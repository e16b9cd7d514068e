import type { BenchTable, Cell, Promised } from "./bench.js";

/** A table as padded columns: texts to the left, numbers to the right. */
export function printTable(table: BenchTable): string {
  const rows = table.rows.map((row) => row.map(shown));
  const widths = table.columns.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const isNumber = (index: number): boolean => table.rows.some((row) => typeof row[index] === "number");
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => (isNumber(index) ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  const below = [...(table.notes ?? []), ...(table.promises ?? []).map(verdict)];
  return [table.title, "", line(table.columns), rule, ...rows.map(line), ...below, ""].join("\n");
}

function shown(cell: Cell): string {
  if (cell === undefined || Number.isNaN(cell)) return "–";
  return typeof cell === "number" ? digits(cell) : cell;
}

/** About three digits that count. */
function digits(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  const size = Math.abs(value);
  return value.toFixed(size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

function verdict({ text, kept }: Promised): string {
  return `promise: ${text}: ${kept === undefined ? "not measured" : kept ? "kept" : "BROKEN"}`;
}
