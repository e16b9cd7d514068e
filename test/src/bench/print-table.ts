import type { BenchTable } from "./bench.js";

/** A table as padded columns: texts to the left, numbers to the right. */
export function printTable(table: BenchTable): string {
  const rows = table.rows.map((row) => row.map((cell) => (typeof cell === "number" ? cell.toFixed(3) : cell)));
  const widths = table.columns.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const isNumber = (index: number): boolean => typeof table.rows[0]?.[index] === "number";
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => (isNumber(index) ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  const promise = table.promise && [`promise: ${table.promise.text}: ${table.promise.kept ? "kept" : "BROKEN"}`];
  return [table.title, "", line(table.columns), rule, ...rows.map(line), ...(promise ?? []), ""].join("\n");
}
