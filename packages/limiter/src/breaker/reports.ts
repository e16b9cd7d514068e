import type { Clock } from "@sluice/core";
import type { Counts } from "./counts.js";
import type { Knowledge } from "./knowledge.js";
import type { OneBreaker } from "./outage.js";

/** Tells the store what was counted, and hears how the breaker stands. */
export interface Reports {
  /** Whether what is known is young enough to decide by. When it is getting old, a report goes out beside the call. */
  fresh(): boolean;
  /** Tells and hears; one at a time. Fails only when the store does and nobody decides in its place. */
  send(): void | Promise<void>;
  /** A failure has been counted. */
  urgent(): void;
  /** When what is on its way has been told, or could not be; undefined for nothing on its way. */
  ended(): Promise<void> | undefined;
}

/** What reports are made of. */
export interface ReportsOptions {
  readonly one: OneBreaker;
  readonly knowledge: Knowledge;
  readonly counts: Counts;
  readonly clock: Clock;
  readonly windowMs: number;
}

/** No call is decided by what is older than this. Unit: milliseconds. */
const STALE_MS = 1000;
/** Between two reports while calls are made and none of them fails. Unit: milliseconds. */
const REPORT_EVERY_MS = 500;

export function createReports({ one, knowledge, counts, clock, windowMs }: ReportsOptions): Reports {
  // Successes lag behind failures by this much; in a short window that has to be little.
  const everyMs = Math.min(REPORT_EVERY_MS, windowMs / 10);
  let underWay: Promise<void> | undefined;

  const send = (): void | Promise<void> => {
    if (underWay !== undefined) return underWay;
    const { version } = knowledge;
    const answer = one.report(counts.take(version, clock.now()));
    if (!(answer instanceof Promise)) {
      knowledge.answered(answer, version);
      return;
    }
    underWay = answer
      .then((view) => knowledge.answered(view, version))
      .finally(() => {
        underWay = undefined;
        // Failures that came meanwhile.
        if (counts.urgent) beside();
      });
    return underWay;
  };
  /** Nobody waits for this one. */
  const beside = (): void => {
    try {
      const sent = send();
      // The next call that needs to know asks again, and is told.
      if (sent instanceof Promise) sent.catch(() => {});
    } catch {
      // As above, for a store that fails at once.
    }
  };
  const ended = (): Promise<void> | undefined => underWay?.then(ended, ended);
  return {
    fresh() {
      const ageMs = clock.now() - knowledge.heardMs;
      if (ageMs < everyMs) return true;
      if (ageMs >= STALE_MS) return false;
      beside();
      return true;
    },
    send,
    urgent: beside,
    ended,
  };
}
