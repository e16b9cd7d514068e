import type { Clock, Timer } from "@sluice/core";
import type { BreakerEvent, BreakerReason, BreakerState } from "./breaker.js";
import type { BreakerView } from "./store.js";

/** What one process knows of a breaker. */
export interface Knowledge {
  /** Now; open turns into half-open by itself. */
  state(): BreakerState;
  readonly version: number;
  /** When the store was last heard. Unit: milliseconds of the clock; `-Infinity` for never. */
  readonly heardMs: number;
  /** Until a call may be let through, as far as is known. Unit: milliseconds. */
  leftMs(): number;
  view(): BreakerView;
  /** The store's answer to a question sent while `sentVersion` was known: true unless something later was heard meanwhile. */
  answered(view: BreakerView, sentVersion: number): void;
  /** News from another process: true unless something later is known. */
  told(view: BreakerView): void;
  stop(): void;
}

/** What it takes. */
export interface KnowledgeOptions {
  readonly name: string;
  readonly clock: Clock;
  /** Must not throw. */
  readonly onChange: (event: BreakerEvent) => void;
}

export function createKnowledge({ name, clock, onChange }: KnowledgeOptions): Knowledge {
  let state: BreakerState = "closed";
  let version = 0;
  let reason: BreakerReason = "forgotten";
  let untilMs = 0;
  let heardMs = Number.NEGATIVE_INFINITY;
  let timer: Timer | undefined;
  let stopped = false;

  const become = (to: BreakerState, why: BreakerReason): void => {
    reason = why;
    if (to === state) return;
    const from = state;
    state = to;
    onChange({ type: "breaker", name, from, to, reason: why, atMs: clock.wallNow() });
  };
  /** Nobody needs to call for a breaker to be seen half-open. */
  const watch = (): void => {
    timer?.cancel();
    timer = undefined;
    if (stopped || !isHeld(state) || untilMs === Number.POSITIVE_INFINITY) return;
    timer = clock.setTimer(present, untilMs - clock.now());
    timer.unref();
  };
  const present = (): BreakerState => {
    if (isHeld(state) && clock.now() >= untilMs) become("half-open", "time-over");
    return state;
  };
  const learn = (seen: BreakerView): void => {
    // Half-open here and not quite yet in the store is a difference of clocks and not a change.
    const early = seen.version === version && present() === "half-open" && isHeld(seen.state);
    version = seen.version;
    untilMs = clock.now() + seen.leftMs;
    if (early) return;
    become(seen.state, seen.state === "half-open" ? "time-over" : seen.reason);
    watch();
  };
  return {
    state: present,
    get version() {
      return version;
    },
    get heardMs() {
      return heardMs;
    },
    leftMs: () => (state === "closed" ? 0 : Math.max(0, untilMs - clock.now())),
    view: () => ({ state: present(), version, reason, leftMs: Math.max(0, untilMs - clock.now()) }),
    answered(seen, sentVersion) {
      heardMs = clock.now();
      if (seen.version >= version || version === sentVersion) learn(seen);
    },
    told(seen) {
      if (!stopped && seen.version >= version) learn(seen);
    },
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}

/** Whether calls are refused until a time, or for ever. */
function isHeld(state: BreakerState): boolean {
  return state === "open" || state === "isolated";
}
