import { StoreUnavailableError } from "@sluice/core";
import type { BreakerReason, BreakerState, BreakerView } from "@sluice/limiter";

/** What a script said. */
export interface BreakerReply {
  readonly nowUs: number;
  readonly granted: boolean;
  readonly view: BreakerView;
  /** To be handed back with the next command, for a store that has lost it; empty when there is nothing to lose. */
  readonly known: string;
}

/**
 * Reads the reply of any breaker script.
 *
 * @throws StoreUnavailableError when the script did nothing: it came too late, or found what it does not understand.
 */
export function decodeReply(reply: readonly unknown[]): BreakerReply {
  if (reply[0] === "late") throw new StoreUnavailableError("Redis came to a breaker's command after its time");
  const [, now, granted, state, version, left, reason, kind, until, lasts, times] = reply.map(String);
  const view = reply[0] === "ok" ? decodeView(state, version, left, reason) : undefined;
  if (view === undefined) {
    throw new StoreUnavailableError(`Redis holds something that this version does not understand: ${now}`);
  }
  return {
    nowUs: Number(now),
    granted: granted === "1",
    view,
    known: view.version === 0 ? "" : [kind, version, reason, until, lasts, times].join("|"),
  };
}

/** Reads what is told on the channel. Anybody with access to the store may publish, so nothing is taken on trust. */
export function decodeMessage(message: string): BreakerView | undefined {
  const [version, state, left, reason, ...rest] = message.split("|");
  return rest.length > 0 ? undefined : decodeView(state, version, left, reason);
}

const states: ReadonlySet<BreakerState> = new Set(["closed", "open", "half-open", "isolated"]);
const reasons: ReadonlySet<BreakerReason> = new Set([
  "failure-rate",
  "consecutive-failures",
  "time-over",
  "probe-succeeded",
  "probe-failed",
  "forced",
  "reset",
  "forgotten",
]);
/** Nothing is ever set for longer. Unit: milliseconds. */
const LONGEST_MS = 30 * 86_400_000;

function decodeView(
  state: string | undefined,
  version: string | undefined,
  left: string | undefined,
  reason: string | undefined,
): BreakerView | undefined {
  if (!isIn(states, state) || !isIn(reasons, reason)) return undefined;
  if (version === undefined || !/^\d{1,16}$/.test(version) || left === undefined || !/^(-1|\d{1,16})$/.test(left)) {
    return undefined;
  }
  const leftMs = left === "-1" ? Number.POSITIVE_INFINITY : Math.min(LONGEST_MS, Number(left) / 1000);
  return { state, version: Number(version), leftMs, reason };
}

function isIn<Word extends string>(words: ReadonlySet<Word>, word: string | undefined): word is Word {
  const known: ReadonlySet<string> = words;
  return word !== undefined && known.has(word);
}
