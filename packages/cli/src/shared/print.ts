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

/**
 * One line that does nothing to a terminal either. What has no end is null, and what is absent in a value is absent.
 */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped)}\n`;
}

/** As JSON writes characters: each half of a pair by itself. */
function escaped(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
