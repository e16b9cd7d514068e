import { systemClock } from "@sluice/core";
import {
  createBreaker,
  createLimiter,
  fixedWindow,
  type Limit,
  memoryLock,
  memoryStore,
  slidingWindow,
  slidingWindowCounter,
  tokenBucket,
} from "@sluice/limiter";
import { startRedisServer } from "@sluice/test/redis-server";
import { setTimeout as rest } from "node:timers/promises";
import { expect, vi } from "vitest";
import { worstExcess } from "../src/fleet/ledger.js";
import { clockFault, member, type Member, ms, startTimed } from "./d-support.js";
import { fault } from "./fault.js";

const WINDOW_MS = 250;
const LIMIT = 10;
const EDGE_MS = 15;

/** Instants of what is granted to somebody who asks as fast as it can for so long. */
async function flood({ limiter }: Member, limit: Limit, forMs: number): Promise<number[]> {
  const atUs: number[] = [];
  const untilMs = performance.now() + forMs;
  while (performance.now() < untilMs) {
    const asked = Array.from({ length: 4 }, () => limiter.tryAcquire({ bucket: "edge", limit }));
    for (const decision of await Promise.all(asked))
      if (decision.kind === "allowed" && decision.grant !== undefined) atUs.push(decision.grant.atUs);
  }
  return atUs;
}

/** Most grants in any window of this length. */
function mostIn(atUs: readonly number[], lengthUs: number): number {
  const inOrder = atUs.toSorted((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (const [index, us] of inOrder.entries()) {
    while ((inOrder[first] as number) <= us - lengthUs) first += 1;
    most = Math.max(most, index + 1 - first);
  }
  return most;
}

for (const { name, limit, atMost, needs } of [
  { name: "exact window", limit: slidingWindow({ limit: LIMIT, windowMs: WINDOW_MS }), atMost: 1, needs: 1 },
  { name: "fixed window", limit: fixedWindow({ limit: LIMIT, windowMs: WINDOW_MS }), atMost: 2, needs: 1.5 },
  { name: "two counts", limit: slidingWindowCounter({ limit: LIMIT, windowMs: WINDOW_MS }), atMost: 2, needs: 1 },
]) {
  fault(
    {
      id: "D7",
      fault: `calls at the last and the first ms of a window, ${name}`,
      expected: `no window of this length holds more than ${atMost} times the limit`,
    },
    async () => {
      await using server = await startRedisServer();
      await using own = member(server.url);
      const atUs: number[] = [];
      const worst = (): number => mostIn(atUs, WINDOW_MS * 1000) / LIMIT;
      // Until the edge was met: both sides of it were taken from.
      for (let round = 0; round < 10 && worst() < needs - 0.1; round += 1) {
        // The first token after a rest opens the window.
        await own.limiter.tryAcquire({ bucket: "edge", limit });
        // Timers that are late miss it, so each time it is met from further away.
        await rest(WINDOW_MS - EDGE_MS * (1 + round));
        atUs.push(...(await flood(own, limit, WINDOW_MS)));
        await rest(2 * WINDOW_MS);
      }
      const ratio = worst();
      expect(ratio).toBeLessThanOrEqual(atMost);
      expect(ratio).toBeGreaterThanOrEqual(needs - 0.1);
      return `worst window ÷ limit ${ratio.toFixed(2)}`;
    },
  );
}

const CALLS = 10_000;

clockFault(
  {
    id: "D8",
    fault: `${CALLS} calls within a millisecond of the store's clock`,
    expected: "microseconds count, and no rounding is in the caller's favour",
  },
  async () => {
    await using timed = await startTimed();
    await using own = member(timed.server.url);
    // Not a whole number of tokens for each microsecond, nor of microseconds for each token.
    const bound = { refillRate: 333_333.3, burst: 7 };
    const charge = { bucket: "fine", limit: tokenBucket(bound) };
    await own.limiter.peek(charge);
    // Slow motion: what takes nine seconds here takes the store less than a millisecond.
    timed.time.set(0, 0.0001);
    const atUs: number[] = [];
    const seen = new Set<number>();
    // A few in each script, which looks at the clock once.
    for (let asked = 0; asked < CALLS; asked += 5) {
      const decisions = await Promise.all(
        Array.from({ length: 5 }, (_, n) =>
          own.store.take({
            scope: "test:acme",
            charges: [{ ...charge, cost: 1 }],
            count: 1,
            ahead: 0,
            group: 1,
            withinMs: 0,
            id: `q${asked + n}`,
            peek: false,
          }),
        ),
      );
      for (const { slots, nowUs } of decisions) {
        seen.add(nowUs);
        for (const slot of slots) atUs.push(...Array.from({ length: slot.units }, () => slot.atUs));
      }
    }
    const lastedUs = Math.max(...seen) - Math.min(...seen);
    const excess = worstExcess(atUs, bound);
    expect(lastedUs).toBeLessThan(1000);
    expect(seen.size).toBeGreaterThan(10);
    expect(excess).toBeLessThanOrEqual(1e-6);
    // What dripped in during those microseconds was not lost either, but for the last fraction of a token.
    expect(atUs.length).toBeGreaterThan(bound.burst + (bound.refillRate * lastedUs) / 1e6 - 2);
    return `${CALLS} calls in ${lastedUs} µs (${seen.size} instants): ${atUs.length} admitted, ${excess.toFixed(3)} over the bound`;
  },
);

fault(
  {
    id: "D8",
    fault: `${CALLS} calls within a millisecond, in memory`,
    expected: "no rounding is in the caller's favour, down to a tenth of a microsecond",
  },
  async () => {
    let nowMs = 5;
    const clock = { ...systemClock, now: () => nowMs };
    const bound = { refillRate: 333_333.3, burst: 7 };
    const store = memoryStore({ clock });
    const limiter = createLimiter({ store, clock });
    const atUs: number[] = [];
    for (let call = 0; call < CALLS; call += 1) {
      nowMs = 5 + call / CALLS;
      if (limiter.tryAcquireSync({ bucket: "fine", limit: tokenBucket(bound) }).kind === "allowed")
        atUs.push(nowMs * 1000);
    }
    const excess = worstExcess(atUs, bound);
    expect(excess).toBeLessThanOrEqual(1e-6);
    expect(atUs.length).toBeGreaterThan(bound.burst + bound.refillRate / 1000 - 3);
    return `${atUs.length} admitted, ${excess.toFixed(3)} over the bound`;
  },
);

const DAY_MS = 86_400_000;

fault(
  {
    id: "D9",
    fault: "waits of more than 2^31 - 1 ms: for a token, for a lock, for a breaker, by a timer",
    expected:
      "none ends at once, none asks again and again, Node warns of no overflow; a timer cut into pieces is exact",
  },
  async () => {
    const warnings: string[] = [];
    const onWarning = ({ name }: Error): void => {
      if (name === "TimeoutOverflowWarning") warnings.push(name);
    };
    // Before anybody else needs a timer.
    const errorMs = await errorOfTimer(2 ** 31 + 12_345);
    process.on("warning", onWarning);
    await using server = await startRedisServer();
    await using own = member(server.url);
    let questions = 0;
    const { store } = own;
    const counted = {
      ...store,
      take: (...asked: Parameters<typeof store.take>) => ((questions += 1), store.take(...asked)),
    };
    const limiter = createLimiter({ store: counted, provider: "test", account: "slow" });
    // The next four tokens are 46 days away.
    const charge = { bucket: "b", limit: tokenBucket({ refillRate: 1e-6, burst: 4 }), cost: 4 };
    await limiter.acquire(charge);
    questions = 0;
    const controller = new AbortController();
    const lock = memoryLock();
    await lock.acquire("held", { leaseMs: 3_600_000 });
    const breaker = createBreaker({ name: "d9" });
    await breaker.force("open", { forMs: 30 * DAY_MS });
    const { signal } = controller;
    let ended = 0;
    const waits = [
      limiter.acquire(charge, { timeoutMs: Number.POSITIVE_INFINITY, signal }),
      limiter.acquire(charge, { timeoutMs: 100 * DAY_MS, signal }),
      lock.acquire("held", { timeoutMs: 60 * DAY_MS, signal }),
    ].map((wait) => wait.catch((error: unknown) => error).finally(() => (ended += 1)));
    const refusedAt = await limiter.acquire(charge, { timeoutMs: 30 * DAY_MS }).catch((error: unknown) => error);
    await rest(400);
    const endedEarly = ended;
    const asked = questions;
    const state = breaker.state();
    controller.abort(new Error("enough"));
    await Promise.all(waits);
    for (const one of [limiter, lock, breaker]) await one.close();
    process.off("warning", onWarning);
    expect(refusedAt).toMatchObject({ code: "LIMIT_EXCEEDED" });
    expect([endedEarly, state, warnings]).toEqual([0, "open", []]);
    expect(asked).toBeLessThanOrEqual(5);
    expect(errorMs).toBe(0);
    return `ended early ${endedEarly} of 3, questions ${asked}, warnings ${warnings.length}; wait error ${ms(errorMs)} for 2^31 + 12345 ms`;
  },
);

/** How much off a timer of the library is, on a clock that is wound on by hand. Unit: milliseconds. */
async function errorOfTimer(delayMs: number): Promise<number> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  try {
    const startedMs = performance.now();
    let firedMs = Number.NaN;
    systemClock.setTimer(() => (firedMs = performance.now()), delayMs);
    await vi.advanceTimersByTimeAsync(delayMs - 1);
    expect(firedMs).toBeNaN();
    await vi.advanceTimersByTimeAsync(1);
    return firedMs - startedMs - delayMs;
  } finally {
    vi.useRealTimers();
  }
}
