import { createColors } from "picocolors";
import type { Terminal } from "../terminal.js";

/** Colours, where they are wanted. */
export type Colors = ReturnType<typeof createColors>;

/** Prints JSON for programs, or a text for people. */
export function print(
  terminal: Terminal,
  json: boolean | undefined,
  value: unknown,
  text: (colors: Colors) => string,
): void {
  terminal.out(json === true ? toJson(value) : text(createColors(terminal.hasColors)));
}

/** One line. What has no end is null, and what is absent in a value is absent. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
