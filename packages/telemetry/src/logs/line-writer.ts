import { type Clock, warnOnce } from "@sluice/core";
import { correlationId } from "../correlation/correlation.js";
import { plainText } from "../text/plain-text.js";
import type { LogEvent, LogFields, LoggerLike } from "./log-event.js";

/** Writes lines: one an event, and no more than so many a second of each kind. Never throws. */
export type WriteLine = (level: "info" | "warn", event: LogEvent, fields: LogFields, message: string) => void;

/** What a writer is made of. */
export interface LineWriterOptions {
  readonly logger: LoggerLike;
  readonly perSecond: number;
  readonly clock: Clock;
}

const WINDOW_MS = 1000;

interface Window {
  written: number;
  suppressed: number;
  endsMs: number;
}

/** Makes a writer. What it leaves out in a second is counted, and told in one line at the end of that second. */
export function createLineWriter({ logger, perSecond, clock }: LineWriterOptions): WriteLine {
  const windows = new Map<LogEvent, Window>();
  const warn = warnOnce("SLUICE_LOGGER");

  const write = (level: "info" | "warn", event: LogEvent, fields: LogFields, message: string): void => {
    try {
      logger[level](plain({ event, ...fields }), message);
    } catch (error) {
      warn("The logger failed", error);
    }
  };

  const windowOf = (event: LogEvent): Window => {
    const nowMs = clock.now();
    const known = windows.get(event);
    if (known !== undefined && nowMs < known.endsMs) return known;
    const fresh = { written: 0, suppressed: 0, endsMs: nowMs + WINDOW_MS };
    windows.set(event, fresh);
    return fresh;
  };

  /** At the end of the second; the process may end before, it need not wait for this. */
  const tellLater = (event: LogEvent, window: Window): void => {
    const timer = clock.setTimer(
      () => write("warn", "suppressed", { of: event, suppressed: window.suppressed }, "Lines were left out"),
      Math.max(0, window.endsMs - clock.now()),
    );
    timer.unref();
  };

  return (level, event, fields, message) => {
    const window = windowOf(event);
    if (window.written < perSecond) {
      window.written += 1;
      write(level, event, { ...fields, correlationId: correlationId() }, message);
      return;
    }
    window.suppressed += 1;
    if (window.suppressed === 1) tellLater(event, window);
  };
}

function plain(fields: LogFields): Record<string, string | number | boolean | null> {
  const line: Record<string, string | number | boolean | null> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    // JSON has no word for Infinity.
    if (typeof value === "number") line[name] = Number.isFinite(value) ? value : null;
    else line[name] = typeof value === "string" ? (plainText(value) ?? "") : value;
  }
  return line;
}
