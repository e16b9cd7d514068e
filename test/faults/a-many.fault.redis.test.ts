import { tokenBucket } from "@sluice/limiter";
import { startRedisServer } from "@sluice/test/redis-server";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import { worstExcess } from "../src/fleet/ledger.js";
import { count, type Door, operatorOf, startDoor } from "./a-support.js";
import { call, type Called, LONGEST_MS, longestMs, type Member, member, ms, until } from "./b-support.js";
import { fault } from "./fault.js";
import { stopwatch, watchStalls } from "../src/stalls/index.js";

const bound = { refillRate: 50, burst: 20 };
const FLAP_MS = 300;

for (const [forMs, mostChanges, slow] of [
  [3000, 6, false],
  [30_000, 20, true],
] as const) {
  fault(
    {
      id: "A15",
      fault: `the store is killed and started again every ${FLAP_MS} ms for ${forMs / 1000} s`,
      expected: `at most ${mostChanges} changes of mode, each call within ${LONGEST_MS} ms, at most a burst over the limit, and shared again within 5 s`,
      slow,
    },
    async () => {
      await using server = await startRedisServer();
      await using first = member({ url: server.url, mode: "local" });
      await using second = member({ url: server.url, mode: "local", deadlineMs: 501 });
      const members = [first, second];
      const charge = { bucket: "shared", limit: tokenBucket(bound) };
      await until(async () => {
        for (const one of members) await one.limiter().peek(charge);
        return members.every(({ store }) => store.peers === 2);
      }, "each knows of the other");
      const grantedUs: number[] = [];
      const calls: Called[] = [];
      const startedMs = performance.now();
      using stalls = watchStalls();
      const asking = members.map(async (one) => {
        while (performance.now() - startedMs < forMs) {
          const called = await call(() => one.limiter().tryAcquire(charge));
          calls.push(called);
          if (called.decision?.kind === "allowed") grantedUs.push((called.atMs - startedMs) * 1000);
          await rest(3);
        }
      });
      for (let flap = 0; (2 * flap + 1) * FLAP_MS < forMs; flap += 1) {
        await rest(startedMs + 2 * flap * FLAP_MS - performance.now());
        await server.kill();
        await rest(startedMs + (2 * flap + 1) * FLAP_MS - performance.now());
        await server.restart();
      }
      await Promise.all(asking);
      const changes = Math.max(...members.map(({ events }) => events.length));
      // While this process stands still it does not kill the store either, which may then be there long enough.
      const more = stalls.longestMs < 100 ? 0 : 2 * Math.ceil(stalls.totalMs / 1000);
      const calmMs = performance.now();
      using later = watchStalls();
      await until(() => members.every(({ store }) => store.mode === "shared"), "both share again", 15_000);
      const backMs = performance.now() - calmMs - later.totalMs;
      const ratio = grantedUs.length / (bound.burst + (bound.refillRate * forMs) / 1000);
      const excess = Math.max(0, worstExcess(grantedUs, bound));
      expect(changes).toBeLessThanOrEqual(mostChanges + more);
      expect(backMs).toBeLessThan(5000);
      expect(longestMs(calls)).toBeLessThan(LONGEST_MS);
      expect(excess).toBeLessThanOrEqual(bound.burst);
      return `${changes} changes of mode in ${forMs / FLAP_MS} of the store; admitted ÷ bound ${ratio.toFixed(2)}, ${excess.toFixed(1)} tokens over at worst; longest call ${ms(longestMs(calls))}; shared again ${ms(backMs)} after the last start`;
    },
  );
}

/** Processes as far as the server can tell: each has connections of its own, through a door of its own. */
async function manyClients(
  many: number,
  port: number,
): Promise<{ members: Member[]; doors: Door[] } & AsyncDisposable> {
  const doors = await Promise.all(Array.from({ length: many }, () => startDoor(port)));
  const members = doors.map(({ url }) => member({ url, mode: "open" }));
  return {
    members,
    doors,
    async [Symbol.asyncDispose]() {
      for (const one of [...members, ...doors]) await one[Symbol.asyncDispose]();
    },
  };
}

/** How many came within the busiest stretch of this length. */
function peakOf(cameMs: readonly number[], stretchMs: number): number {
  const inOrder = cameMs.toSorted((a, b) => a - b);
  let [peak, from] = [0, 0];
  for (const [index, atMs] of inOrder.entries()) {
    while ((inOrder[from] as number) < atMs - stretchMs) from += 1;
    peak = Math.max(peak, index - from + 1);
  }
  return peak;
}

fault(
  {
    id: "A16",
    fault: "50 clients connect again together when their server is back",
    expected: "all within 3 s, spread: never more than three quarters of all connections within 100 ms",
  },
  async () => {
    await using server = await startRedisServer();
    await using clients = await manyClients(50, server.port);
    const { members, doors } = clients;
    await Promise.all(members.map((one) => count(one)));
    await server.kill();
    // Two failures each, and they know.
    for (let n = 0; n < 2; n += 1) await Promise.all(members.map((one) => count(one)));
    await rest(700);
    using stalls = watchStalls();
    await server.restart();
    const startedMs = performance.now();
    const took = stopwatch(stalls);
    await until(() => members.every(({ store }) => store.mode === "shared"), "all share again");
    const { tookMs, stalledMs } = took();
    const [backMs, longestStallMs] = [tookMs - stalledMs, stalls.longestMs];
    const cameMs = doors.flatMap((door) => door.cameMs).filter((atMs) => atMs > startedMs);
    const peak = peakOf(cameMs, 100);
    const decisions = await Promise.all(members.map((one) => count(one, "later")));
    expect(decisions.every(({ decision }) => decision?.kind === "allowed")).toBe(true);
    expect(backMs).toBeLessThan(3000);
    // What comes due while this process stands still comes at once, and says nothing about the spread.
    if (longestStallMs < 100) expect(peak).toBeLessThanOrEqual((cameMs.length * 3) / 4);
    return `peak ${peak} of ${cameMs.length} connections within 100 ms; all ready after ${ms(backMs)}`;
  },
);

const MOST_CLIENTS = 10;
const WATCH_MS = 2500;

fault(
  {
    id: "A17",
    fault: `the server takes ${MOST_CLIENTS} connections, and 20 clients come`,
    expected: `the surplus is answered by the fallback within ${LONGEST_MS} ms a call and asks for a connection at most 8 times a second each; all share once there is room`,
  },
  async () => {
    await using server = await startRedisServer({ args: ["--maxclients", String(MOST_CLIENTS)] });
    // Before it is full.
    await using operator = await operatorOf(server);
    await using clients = await manyClients(20, server.port);
    const { members, doors } = clients;
    const calls: Called[] = [];
    const startedMs = performance.now();
    while (performance.now() - startedMs < WATCH_MS) {
      calls.push(...(await Promise.all(members.map((one) => count(one)))));
      await rest(20);
    }
    const surplus = members.filter(({ store }) => store.mode === "open").length;
    // The beginning is quicker.
    const settledMs = startedMs + 1000;
    const perSecond = doors.map(
      ({ cameMs }) =>
        cameMs.filter((atMs) => atMs > settledMs && atMs < startedMs + WATCH_MS).length / ((WATCH_MS - 1000) / 1000),
    );
    expect(calls.every(({ decision }) => decision?.kind === "allowed")).toBe(true);
    expect(longestMs(calls)).toBeLessThan(LONGEST_MS);
    expect(surplus).toBeGreaterThanOrEqual(20 - MOST_CLIENTS);
    expect(Number(/rejected_connections:(\d+)/.exec(await operator.redis.info("stats"))?.[1])).toBeGreaterThan(0);
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(8);
    await operator.redis.config("SET", "maxclients", "1000");
    await until(() => members.every(({ store }) => store.mode === "shared"), "all share");
    const average = perSecond.reduce((sum, one) => sum + one, 0) / surplus;
    return `${surplus} of 20 by the fallback, longest call ${ms(longestMs(calls))}; ${average.toFixed(1)} attempts a second each, ${Math.max(...perSecond).toFixed(1)} at most`;
  },
);
