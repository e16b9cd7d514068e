import type { Clock } from "@sluice/core";
import { printable } from "../output/printable.js";
import { createAttempts } from "./guard/attempts.js";

/** Warnings in a minute: what a request can bring about must not fill a terminal or a log. */
const MOST_A_MINUTE = 20;

/** Prints warnings, and no more than so many a minute; the last of them says so. */
export function boundedWarnings(err: (text: string) => void, clock: Clock): (message: string) => void {
  const told = createAttempts(MOST_A_MINUTE, clock);
  return (message) => {
    if (told.waitMs() > 0) return;
    const isLast = told.count() === MOST_A_MINUTE;
    err(`warning: ${printable(message)}${isLast ? "; more are not shown for a minute" : ""}\n`);
  };
}
