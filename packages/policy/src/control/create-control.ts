import { isSluiceError, sleep, type Timer, warnOnce } from "@sluice/core";
import type { ControlSight } from "@sluice/limiter";
import type { Control, ControlNews } from "./control.js";
import { createCopy } from "./copy.js";
import { isLost, writeAnew } from "./lost-store.js";
import { type ControlOptions, resolveControl } from "./options.js";
import { PoliciesUnavailableError } from "./policies-unavailable-error.js";

/** Between two looks at everything, changed or not: they tell the store's time. Unit: milliseconds. */
const WHOLE_LOOK_MS = 60_000;
/** Between two tries at the start. Unit: milliseconds. */
const TRY_AGAIN_MS = 100;

/**
 * Makes a live copy of a space. Returns at once, reads on `ready`, and neither its timers nor its listening keep the process alive.
 *
 * @throws ConfigError naming the option that is out of range.
 */
export function createControl(options: ControlOptions): Control {
  const config = resolveControl(options);
  const { store, space, pollMs, startTimeoutMs, embedded, clock, random } = config;
  const warn = warnOnce("SLUICE_CONTROL");
  const copy = createCopy(clock, 2 * pollMs, embedded);
  const listeners = new Set<(news: ControlNews) => void>(options.onChange === undefined ? [] : [options.onChange]);
  let state: "new" | "embedded" | "ready" | "closed" = "new";
  let wholeMs = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;
  let lookAgain = false;
  let timer: Timer | undefined;
  let stopListening: (() => void) | undefined;
  let starting: Promise<void> | undefined;

  const tell = (news: ControlNews | undefined): void => {
    if (news === undefined || news.changed.length === 0) return;
    for (const listener of listeners) {
      try {
        listener(news);
      } catch (error) {
        warn("A listener to changes failed", error);
      }
    }
  };
  const take = (sight: ControlSight, turn: number): void => {
    const news = copy.adopt(sight, turn);
    if (state !== "closed") state = "ready";
    tell(news);
  };
  const lookOnce = async (): Promise<void> => {
    const { turn } = copy;
    const startedMs = clock.now();
    const whole = state !== "ready" || startedMs - wholeMs >= WHOLE_LOOK_MS;
    let sight = await store.read(space, whole ? undefined : { version: copy.version, generation: copy.generation });
    copy.confirm();
    if (sight === undefined) return;
    wholeMs = startedMs;
    if (state === "ready" && isLost(copy, sight)) {
      await writeAnew(config, copy, sight);
      sight = (await store.read(space)) ?? sight;
    }
    take(sight, turn);
  };
  /** One look at a time; who asks while one is under way gets the next, since that one may have looked too early. */
  const look = (): Promise<void> => {
    if (looking !== undefined) {
      lookAgain = true;
      return looking.then(refresh, refresh);
    }
    looking = lookOnce().finally(() => {
      looking = undefined;
      lookAgain = false;
    });
    return looking;
  };
  const refresh = (): Promise<void> => looking ?? look();
  const quietly = (): void => void look().catch(() => {});
  const poll = (): void => {
    if (state === "closed") return;
    // Spread, so that a fleet does not ask as one.
    timer = clock.setTimer(
      () => {
        quietly();
        poll();
      },
      pollMs * (0.8 + 0.2 * random()),
    );
    timer.unref();
  };
  const start = (): void => {
    if (stopListening !== undefined || state === "closed") return;
    stopListening = store.onChange(space, () => lookAgain || quietly());
    poll();
  };
  const load = async (): Promise<void> => {
    start();
    const untilMs = clock.now() + startTimeoutMs;
    for (;;) {
      try {
        return await look();
      } catch (error) {
        // Another look may have come through meanwhile.
        if (state === "ready") return;
        if (!isSluiceError(error) || error.code !== "STORE_UNAVAILABLE") throw error;
        // Closed while it tried: nobody is served by the defaults, nor has to hear of them.
        if (clock.now() + TRY_AGAIN_MS > untilMs || state === "closed") {
          if (embedded === undefined || state === "closed") throw new PoliciesUnavailableError(space, error.message);
          state = "embedded";
          const names = [...embedded.keys()].join(", ");
          warn(`The store did not answer; until it does, the embedded defaults of ${space} are used (${names})`, error);
          return;
        }
        await sleep(TRY_AGAIN_MS, undefined, clock);
      }
    }
  };

  return {
    ready() {
      if (state === "ready" || state === "embedded") return Promise.resolve();
      starting ??= load().finally(() => (starting = undefined));
      return starting;
    },
    get isReady() {
      return state === "ready" || state === "embedded";
    },
    get isEmbedded() {
      return state === "embedded";
    },
    get version() {
      return copy.version;
    },
    get records() {
      return copy.records;
    },
    record: (name) => copy.records.get(name),
    get ageMs() {
      return copy.ageMs;
    },
    nowMs: copy.nowMs,
    async refresh() {
      start();
      await look();
    },
    async change(change) {
      start();
      // Into a store that lost everything nothing is written before the last good copy is.
      await look();
      const changed = await store.change(space, change);
      const news = copy.apply(changed, change);
      if (news === undefined) await look();
      else tell(news);
      return changed;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    entries: (wanted) => store.audit(space, wanted),
    async sight() {
      const sight = await store.read(space);
      if (sight === undefined) throw new Error("a store said that nothing is known already");
      return sight;
    },
    async close() {
      state = "closed";
      timer?.cancel();
      stopListening?.();
      listeners.clear();
    },
  };
}
