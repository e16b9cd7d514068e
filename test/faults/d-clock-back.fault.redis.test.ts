import {
  type Charge,
  concurrency,
  createBreaker,
  fixedWindow,
  leakyBucket,
  slidingWindow,
  slidingWindowCounter,
  tokenBucket,
} from "@sluice/limiter";
import { redisBreakerStore, redisLock } from "@sluice/limiter-redis";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import { say } from "@sluice/test/redis-server";
import { worstExcess } from "../src/fleet/ledger.js";
import { askFor, clockFault, drain, HOUR_MS, longestGapMs, member, ms, PATIENCE_MS, startTimed } from "./d-support.js";
import { watchStalls } from "../src/stalls/index.js";

/** What a busy machine adds to a wait. Unit: milliseconds. */
const SLACK_MS = 250;

const fills = tokenBucket({ refillRate: 20, burst: 5 });
const PAUSE_MS = 300;
const paused: Charge = { bucket: "paused", limit: fills };
const charges: readonly { readonly charge: Charge; readonly refusedMs: number }[] = [
  { charge: { bucket: "token bucket", limit: fills }, refusedMs: 50 },
  { charge: { bucket: "leaky bucket", limit: leakyBucket({ rate: 10 }) }, refusedMs: 100 },
  { charge: { bucket: "sliding window", limit: slidingWindow({ limit: 5, windowMs: 400 }) }, refusedMs: 400 },
  { charge: { bucket: "fixed window", limit: fixedWindow({ limit: 5, windowMs: 400 }) }, refusedMs: 400 },
  { charge: { bucket: "two counts", limit: slidingWindowCounter({ limit: 5, windowMs: 400 }) }, refusedMs: 800 },
  { charge: paused, refusedMs: PAUSE_MS },
];

clockFault(
  {
    id: "D3",
    fault: "the store's clock goes back an hour, buckets",
    expected: `no bucket is filled by it, and none refuses longer than it would have without it, + ${SLACK_MS} ms; a pause of ${PAUSE_MS} ms ends as soon`,
  },
  async () => {
    await using timed = await startTimed();
    await using own = member(timed.server.url);
    const before = new Map<Charge, number[]>();
    for (const { charge } of charges) before.set(charge, await drain(own.limiter, charge));
    await own.limiter.observe(paused, { retryAfterMs: PAUSE_MS, refused: false });
    timed.time.set(-HOUR_MS);
    const fromMs = performance.now();
    const figures = await Promise.all(
      charges.map(async ({ charge, refusedMs }) => {
        const { atUs, failed, slowestMs } = await askFor(own.limiter, charge, 1500);
        const longest = longestGapMs(fromMs, atUs, fromMs + 1500);
        expect(failed, charge.bucket).toBe(0);
        expect(longest, charge.bucket).toBeLessThan(refusedMs + SLACK_MS + 2 * slowestMs);
        return { charge, longest, atUs: [...(before.get(charge) ?? []), ...atUs] };
      }),
    );
    const tokens = figures[0]?.atUs ?? [];
    const excess = worstExcess(tokens, { refillRate: 20, burst: 5 });
    expect(excess).toBeLessThanOrEqual(1);
    expect(own.events).toEqual([]);
    const said = figures.map(({ charge, longest }) => `${charge.bucket} ${ms(longest)}`).join(", ");
    return `longest refusal: ${said}; ${excess.toFixed(1)} tokens over the bound`;
  },
);

clockFault(
  {
    id: "D3",
    fault:
      "the store's clock goes back an hour, and its buckets are lost, as when a replica takes over that is behind in both",
    expected: `no bucket is filled by it, and none refuses longer than it would have without it, + ${SLACK_MS} ms`,
  },
  async () => {
    await using timed = await startTimed();
    await using own = member(timed.server.url);
    const figures = await Promise.all(
      charges
        .filter(({ charge }) => charge !== paused)
        .map(async ({ charge, refusedMs }) => {
          // Not when the first answer was read, which may be late.
          const askedMs = performance.now();
          await drain(own.limiter, charge);
          return { charge, refusedMs, askedMs };
        }),
    );
    timed.time.set(-HOUR_MS);
    await say(timed.server, "FLUSHALL");
    const fromMs = performance.now();
    const said = await Promise.all(
      figures.map(async ({ charge, refusedMs, askedMs }) => {
        const { atUs, failed, slowestMs } = await askFor(own.limiter, charge, 1500);
        expect(failed, charge.bucket).toBe(0);
        const longest = longestGapMs(fromMs, atUs, fromMs + 1500);
        expect(longest, charge.bucket).toBeLessThan(refusedMs + SLACK_MS + 2 * slowestMs);
        const firstMs = Number(atUs[0]) / 1000 - askedMs;
        // The counts that slide let one through again after a fifth of the window that follows.
        expect(firstMs, charge.bucket).toBeGreaterThan(0.9 * Math.min(refusedMs, 480));
        return `${charge.bucket} ${ms(longest)}`;
      }),
    );
    return `longest refusal: ${said.join(", ")}`;
  },
);

const LEASE_MS = 600;

clockFault(
  {
    id: "D3",
    fault: "the store's clock goes back an hour, leases of holders that died, and a breaker",
    expected: `a place and a lock stay taken until their lease of ${LEASE_MS} ms is over, and are free within a second after; a breaker opened for ${LEASE_MS} ms is half-open in time`,
  },
  async () => {
    await using timed = await startTimed();
    const { url } = timed.server;
    await using dead = member(url);
    await using other = member(url);
    const place = { bucket: "places", limit: concurrency({ max: 1, leaseMs: LEASE_MS }) };
    const where = { url, commandTimeoutMs: PATIENCE_MS };
    const [deadLock, otherLock] = [redisLock(where), redisLock(where)];
    const breakerStore = redisBreakerStore(where);
    const breaker = createBreaker({ name: "d3", store: breakerStore });
    await dead.limiter.peek(place);
    const takenMs = performance.now();
    await dead.limiter.acquire(place);
    await deadLock.acquire("d3", { leaseMs: LEASE_MS });
    await breaker.force("open", { forMs: LEASE_MS });
    timed.time.set(-HOUR_MS);
    const fromMs = performance.now();
    using stalls = watchStalls();
    const since = (): number => performance.now() - fromMs;
    const halfOpen = async (): Promise<number> => {
      // What the store says, not what this process remembers.
      while ((await breaker.refresh()).state !== "half-open") {
        expect(since() - stalls.totalMs).toBeLessThan(LEASE_MS + 1000);
        await rest(5);
      }
      return since();
    };
    const [placeMs, lockMs, breakerMs] = await Promise.all([
      other.limiter.acquire(place, { timeoutMs: 10_000 }).then(since),
      otherLock.acquire("d3", { leaseMs: LEASE_MS, timeoutMs: 10_000 }).then(since),
      halfOpen(),
    ]);
    for (const one of [deadLock, otherLock, breaker, breakerStore]) await one.close();
    for (const freeMs of [placeMs, lockMs, breakerMs]) {
      expect(fromMs - takenMs + freeMs).toBeGreaterThan(LEASE_MS * 0.97);
      expect(freeMs - stalls.totalMs).toBeLessThan(LEASE_MS + 1000);
    }
    return `next grant after the jump: place ${ms(placeMs)}, lock ${ms(lockMs)}, probe ${ms(breakerMs)}`;
  },
);

clockFault(
  {
    id: "D3",
    fault: "the store's clock goes back an hour, a peer that dies then",
    expected: "it is off the list of the living within 12 s, and two signs of life of the others",
    slow: true,
  },
  async () => {
    await using timed = await startTimed();
    await using other = member(timed.server.url);
    const dead = member(timed.server.url);
    const charge = { bucket: "peers", limit: fills };
    for (const one of [dead, other]) await one.limiter.peek(charge);
    await rest(600);
    expect(other.store.peers).toBe(2);
    timed.time.set(-HOUR_MS);
    await dead[Symbol.asyncDispose]();
    const fromMs = performance.now();
    while (other.store.peers > 1) {
      expect(performance.now() - fromMs).toBeLessThan(12_000 + 2 * 4000 + 1000);
      await rest(50);
      await other.limiter.peek(charge);
    }
    return `two peers seen for ${ms(performance.now() - fromMs)}`;
  },
);
