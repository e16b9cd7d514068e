import { type Clock, isSluiceError, sleep } from "@sluice/core";
import type { FleetSight, RedisFleet } from "@sluice/limiter-redis";
import type { PolicyEngine } from "@sluice/policy";
import type { ChainState, HistoryPoint, PageHistory, PageState } from "../state.js";
import { createHistory } from "./history.js";
import { pageState } from "./page-state.js";
import { providerRows } from "./rows.js";
import { readSteering, type Steering } from "./steering.js";

/** What is watched, and for whom. */
export interface WatchOptions {
  readonly fleet: RedisFleet;
  readonly engine: PolicyEngine;
  /** Which Redis, without its password. */
  readonly place: string;
  readonly readOnly: boolean;
  readonly clock: Clock;
  /** Told of what goes wrong and is not Redis being away; once for each message. */
  readonly onError: (message: string) => void;
}

/** Looks at the fleet every second, and tells those who watch. */
export interface Watch {
  /** The newest look, with the buckets that have this text in their name. */
  state(filter: string): PageState;
  history(): PageHistory;
  /** Calls back after each look, and soon for the first time. Returns the way to stop. */
  subscribe(listener: (point: HistoryPoint | undefined) => void): () => void;
  /** Has the next look see a change that was just made. */
  hurry(): void;
  /** Goes through the whole audit now. @throws StoreUnavailableError when Redis does not answer. */
  verify(): Promise<ChainState>;
  close(): Promise<void>;
}

const LOOK_MS = 1000;
/** Buckets that are read for those who watch; nobody needs one otherwise. */
const MOST = 1000;
/** Looks between two at what was changed by hand, when nothing was heard of a change. */
const STEERING_EVERY = 5;
const VERIFY_EVERY_MS = 60_000;
/** After a check of the audit that failed. Unit: milliseconds. */
const VERIFY_AGAIN_MS = 5_000;
const MOST_TOLD = 50;

/** Begins to watch. */
export function startWatch({ fleet, engine, place, readOnly, clock, onError }: WatchOptions): Watch {
  const history = createHistory();
  const listeners = new Set<(point: HistoryPoint | undefined) => void>();
  const over = new AbortController();
  let pause = new AbortController();
  let sight: FleetSight | undefined;
  let seenMs = clock.now();
  let awaySinceMs: number | undefined;
  let steering: Steering | undefined;
  let chain: ChainState = { kind: "unknown" };
  let verifiedMs = Number.NEGATIVE_INFINITY;
  let isStale = true;
  let looks = 0;
  const told = new Set<string>();
  const stopListening = engine.onChange(() => (isStale = true));

  /** The store's clock, as it was told last and has gone on since. */
  const nowMs = (): number => (sight?.atMs ?? clock.wallNow()) + clock.now() - seenMs;
  const verify = async (): Promise<ChainState> => {
    // One that fails is due again soon, but not at every look.
    verifiedMs = clock.now() - VERIFY_EVERY_MS + VERIFY_AGAIN_MS;
    const report = await engine.audit.verify();
    verifiedMs = clock.now();
    const checkedMs = nowMs();
    chain = report.intact
      ? { kind: "intact", entries: report.entries, head: report.head.slice(0, 12), checkedMs }
      : { kind: "broken", at: report.at, why: report.why, checkedMs };
    return chain;
  };
  const steered = async (): Promise<void> => {
    if (isStale || looks % STEERING_EVERY === 0) {
      isStale = false;
      steering = await readSteering(engine);
    }
    if (clock.now() - verifiedMs >= VERIFY_EVERY_MS) await verify();
  };
  const look = async (startedMs: number): Promise<HistoryPoint | undefined> => {
    looks += 1;
    try {
      const isWatched = listeners.size > 0;
      sight = await fleet.look(isWatched ? { most: MOST } : { most: 1, steps: 1 });
      seenMs = clock.now();
      if (isWatched) await steered();
      awaySinceMs = undefined;
      return history.add(sight.atMs, providerRows(sight.scopes));
    } catch (error) {
      // A page that is open during an incident goes on, whatever it meets.
      const message = error instanceof Error ? error.message : String(error);
      if (!isSluiceError(error) && !told.has(message)) onError(message);
      if (!isSluiceError(error) && told.size < MOST_TOLD) told.add(message);
      isStale = true;
      awaySinceMs ??= startedMs;
      return history.gap(nowMs());
    }
  };
  const run = async (): Promise<void> => {
    while (!over.signal.aborted) {
      pause = new AbortController();
      const startedMs = clock.now();
      const point = await look(startedMs);
      for (const listener of listeners) listener(point);
      const restMs = Math.max(50, LOOK_MS - (clock.now() - startedMs));
      await sleep(restMs, pause.signal, clock).catch(() => {});
    }
  };
  const running = run();

  return {
    state: (filter) =>
      pageState({ sight, steering, chain, place, readOnly, engine: engine.name, nowMs: nowMs() }, filter, {
        awayForMs: awaySinceMs === undefined ? null : clock.now() - awaySinceMs,
      }),
    history: () => history.read(),
    subscribe(listener) {
      listeners.add(listener);
      // The look before was a short one where nobody watched.
      if (listeners.size === 1) isStale = true;
      pause.abort();
      return () => void listeners.delete(listener);
    },
    hurry() {
      isStale = true;
      pause.abort();
    },
    verify,
    async close() {
      over.abort();
      pause.abort();
      stopListening();
      await running;
    },
  };
}
