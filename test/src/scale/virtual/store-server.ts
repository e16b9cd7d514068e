import { memoryStore, type Store, type TakeReply, type TakeRequest } from "@sluice/limiter";
import { EventHeap } from "./event-heap.js";
import { createLiving } from "./signs-of-life.js";
import type { VirtualClock } from "./virtual-clock.js";

/** The one store that all processes of a virtual fleet ask: one thread, commands in the order they arrive. */
export interface StoreServer {
  /** What it holds, for all but `take`. Its clock is the server's own. */
  readonly store: Omit<Store, "take">;
  take(request: TakeRequest): TakeReply;
  /** Runs a command that has just arrived, when those before it are done. */
  run(scope: string, command: () => void): void;
  /** A process says that it lives; counted apart from the commands. */
  runSign(process: number, answer: (alive: number) => void): void;
  readonly traffic: Traffic;
}

/** What came in. */
export interface Traffic {
  readonly commands: number;
  readonly byScope: ReadonlyMap<string, number>;
  /** Processes saying that they live. */
  readonly signsOfLife: number;
  /** Most commands in one tenth of a second, as a rate per second. */
  readonly peakPerSecond: number;
  /** Longest time a command stood in line. Unit: milliseconds. */
  readonly longestLineMs: number;
  /** How far ahead of its time the furthest unit was booked. Unit: milliseconds. */
  readonly furthestBookedMs: number;
  /** Debits in the future that a question for tokens found, on average. */
  readonly debitsFound: number;
}

const PEAK_MS = 100;
const MOST_BUCKETS = 1e6;

/** @param serviceUs - how long one command keeps the server busy. Unit: microseconds. */
export function createStoreServer(clock: VirtualClock, serviceUs: number): StoreServer {
  const byScope = new Map<string, number>();
  let commands = 0;
  let freeAtMs = 0;
  let longestLineMs = 0;
  let tenth = 0;
  let inTenth = 0;
  let mostInTenth = 0;
  let furthestBookedMs = 0;
  let questions = 0;
  let found = 0;
  const debits = new EventHeap();
  let signsOfLife = 0;
  const living = createLiving(clock);
  const inLine = (command: () => void): void => {
    longestLineMs = Math.max(longestLineMs, freeAtMs - clock.now());
    freeAtMs = Math.max(freeAtMs, clock.now()) + serviceUs / 1000;
    clock.post(command, freeAtMs);
  };
  const store = memoryStore({ clock, maxBuckets: MOST_BUCKETS });
  return {
    store,
    take(request) {
      const nowMs = clock.now();
      for (let next = debits.peek(); next !== undefined && next.atMs <= nowMs; next = debits.peek()) debits.pop();
      questions += 1;
      found += debits.size;
      const reply = store.take(request);
      if (reply instanceof Promise) throw new Error("a store in memory answers at once");
      for (const { atUs } of reply.slots) {
        const aheadMs = Math.max(0, atUs - reply.nowUs) / 1000;
        if (aheadMs > 0) debits.add(nowMs + aheadMs, () => {}, false);
        furthestBookedMs = Math.max(furthestBookedMs, aheadMs);
      }
      return reply;
    },
    run(scope, command) {
      commands += 1;
      byScope.set(scope, (byScope.get(scope) ?? 0) + 1);
      const current = Math.floor(clock.now() / PEAK_MS);
      inTenth = current === tenth ? inTenth + 1 : 1;
      tenth = current;
      mostInTenth = Math.max(mostInTenth, inTenth);
      inLine(command);
    },
    runSign(process, answer) {
      signsOfLife += 1;
      inLine(() => answer(living.say(process)));
    },
    traffic: {
      get commands() {
        return commands;
      },
      byScope,
      get signsOfLife() {
        return signsOfLife;
      },
      get peakPerSecond() {
        return (mostInTenth * 1000) / PEAK_MS;
      },
      get longestLineMs() {
        return longestLineMs;
      },
      get furthestBookedMs() {
        return furthestBookedMs;
      },
      get debitsFound() {
        return questions === 0 ? 0 : found / questions;
      },
    },
  };
}
