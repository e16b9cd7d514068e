import Table from "cli-table3";
import { printable } from "./printable.js";

/** A column: its head, and how it is aligned. */
export type Column = string | { readonly head: string; readonly align: "left" | "right" };

/** A cell: a text of whatever origin, or one that is coloured already. */
export type Cell = string | number | Painted;

/** Text that may be written as it is. */
export class Painted {
  constructor(readonly text: string) {}
}

/** Colours a text after making it printable. */
export function paint(color: (text: string) => string, text: string | number): Painted {
  return new Painted(color(printable(String(text))));
}

/** A table for people, with a line break at its end. */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[]): string {
  const drawn = new Table({
    head: columns.map((column) => (typeof column === "string" ? column : column.head)),
    colAligns: columns.map((column) => (typeof column === "string" ? "left" : column.align)),
    style: { head: [], border: [] },
  });
  for (const row of rows) drawn.push(row.map(textOf));
  // Of the lines between rows only the one under the head.
  const lines = drawn.toString().split("\n");
  return `${lines.filter((line, index) => index <= 2 || !line.startsWith("├")).join("\n")}\n`;
}

/** Names and values, one a line. */
export function facts(rows: readonly (readonly [name: string, value: Cell | undefined])[]): string {
  const shown = rows
    .filter((row): row is [string, Cell] => row[1] !== undefined && row[1] !== "")
    .map(([name, value]) => [printable(name), value] as const);
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${textOf(value)}\n`).join("");
}

function textOf(cell: Cell): string {
  return cell instanceof Painted ? cell.text : printable(String(cell));
}
