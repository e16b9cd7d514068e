import { startRedisServer } from "@sluice/test/redis-server";
import { startTcpProxy } from "@sluice/test/tcp-proxy";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import { count, inTurn, operatorOf, quantileMs, takesOf } from "./a-support.js";
import {
  call,
  type Called,
  callUntil,
  counted,
  gapMs,
  isBack,
  LONGEST_MS,
  longestMs,
  member,
  ms,
  PATIENT_MS,
  refused,
} from "./b-support.js";
import { fault } from "./fault.js";
import { watchStalls } from "../src/stalls/index.js";

/** Shorter than a freeze, and than the time after which a silent connection is given up. Unit: milliseconds. */
const SHORT_MS = 150;
/** Of a call with that deadline. Unit: milliseconds. */
const LONGEST_SHORT_MS = SHORT_MS + 50 + 100;

/** Calls that are all on their way before the first one has been given up. */
async function underWay(ask: () => Promise<Called>): Promise<Called[]> {
  const calls: Promise<Called>[] = [];
  for (let n = 0; n < 20; n += 1) {
    calls.push(ask());
    await rest(2);
  }
  return Promise.all(calls);
}

for (const asked of ["asked before", "never asked before"] as const) {
  fault(
    {
      id: "A4",
      fault: `the store is frozen, then thaws, under a process that it was ${asked} by`,
      expected: `each call within ${LONGEST_SHORT_MS} ms, and none that was given up takes effect later`,
    },
    async () => {
      await using server = await startRedisServer();
      await using operator = await operatorOf(server);
      // The connection is one for both.
      await using warm = member({ url: server.url, deadlineMs: SHORT_MS });
      await using fresh = member({ url: server.url, deadlineMs: SHORT_MS });
      await count(warm);
      const one = asked === "asked before" ? warm : fresh;
      const before = await takesOf(operator.redis);
      server.pause();
      const calls = await underWay(() => count(one));
      await rest(200);
      server.resume();
      await rest(300);
      const late = (await takesOf(operator.redis)) - before;
      expect(refused(calls)).toBe(calls.length);
      expect(longestMs(calls)).toBeLessThan(LONGEST_SHORT_MS);
      expect(late).toBe(0);
      return `${calls.length} calls given up, longest ${ms(longestMs(calls))}; late effects ${late}`;
    },
  );
}

fault(
  {
    id: "A5",
    fault: "a connection that carries nothing any more, without FIN or RST",
    expected: `given up and replaced within 3 s, each call meanwhile within ${LONGEST_MS} ms`,
  },
  async () => {
    await using server = await startRedisServer();
    await using proxy = await startTcpProxy({ targetPort: server.port });
    await using one = member({ url: proxy.url });
    await count(one);
    proxy.pauseExisting();
    using stalls = watchStalls();
    const calls = await callUntil(() => one.limiter().tryAcquire(counted), isBack);
    expect(gapMs(calls) - stalls.totalMs).toBeLessThan(3000);
    expect(longestMs(calls)).toBeLessThan(LONGEST_MS);
    expect(one.events.map(({ type }) => type)).toEqual(["store-down", "store-up"]);
    return `back after ${ms(gapMs(calls))}; ${refused(calls)} calls refused, longest ${ms(longestMs(calls))}`;
  },
);

fault(
  {
    id: "A6",
    fault: "the way to the store takes a second there and back, beyond the deadline",
    expected: `the fallback within ${LONGEST_MS} ms a call, then at once; one event, and back when the way is short again`,
  },
  async () => {
    await using server = await startRedisServer();
    await using proxy = await startTcpProxy({ targetPort: server.port });
    await using one = member({ url: proxy.url, mode: "open" });
    await count(one);
    proxy.delay(500);
    const together = await Promise.all([count(one), rest(5).then(() => count(one))]);
    const then = await inTurn(200, () => count(one));
    expect(longestMs([...together, ...then])).toBeLessThan(LONGEST_MS);
    expect(refused([...together, ...then])).toBe(0);
    expect(one.store.mode).toBe("open");
    expect(quantileMs(then, 0.99)).toBeLessThan(20);
    proxy.delay(0);
    const shortMs = performance.now();
    await expect.poll(() => one.store.mode, { timeout: 10_000, interval: 5 }).toBe("shared");
    const backMs = performance.now() - shortMs;
    expect(one.events.map(({ type }) => type)).toEqual(["store-down", "store-up"]);
    return `2 calls waited, longest ${ms(longestMs(together))}; then 200 by the fallback, p50 ${quantileMs(then, 0.5).toFixed(2)} ms, p99 ${quantileMs(then, 0.99).toFixed(2)} ms; back ${ms(backMs)} after the way was short again`;
  },
);

fault(
  {
    id: "A6",
    fault: "the way to the store takes 20 ms, more or less, in each direction",
    expected: "every call is answered by the store, none by the fallback",
  },
  async () => {
    await using server = await startRedisServer();
    await using proxy = await startTcpProxy({ targetPort: server.port });
    await using operator = await operatorOf(server);
    // The proxy stands still together with this process.
    await using one = member({ url: proxy.url, deadlineMs: PATIENT_MS });
    await count(one);
    const near = await inTurn(50, () => count(one));
    let turn = 0;
    proxy.delay(20);
    // In a fixed order that has no pattern to speak of.
    const changing = setInterval(() => proxy.delay(10 + ((turn += 7) % 20)), 5);
    const far = (await Promise.all(Array.from({ length: 10 }, () => inTurn(20, () => count(one))))).flat();
    clearInterval(changing);
    const counter = await takesOf(operator.redis);
    expect(refused(far)).toBe(0);
    expect(quantileMs(far, 0.5)).toBeLessThan(150);
    expect(longestMs(far)).toBeLessThan(LONGEST_MS);
    expect(counter).toBe(1 + near.length + far.length);
    expect(one.events).toEqual([]);
    const added = (part: number): string => ms(quantileMs(far, part) - quantileMs(near, part));
    return `${far.length} of ${far.length} calls through the store; added p50 ${added(0.5)}, p99 ${added(0.99)}`;
  },
);

fault(
  {
    id: "A7",
    fault: "one of several connections is slow",
    expected: "calls over the others take no longer: p99 below 50 ms, none refused",
  },
  async () => {
    await using server = await startRedisServer();
    await using proxy = await startTcpProxy({ targetPort: server.port });
    await using slow = member({ url: proxy.url, deadlineMs: PATIENT_MS });
    await using first = member({ url: server.url, deadlineMs: PATIENT_MS + 1 });
    await using second = member({ url: server.url, deadlineMs: PATIENT_MS + 2 });
    for (const one of [slow, first, second]) await count(one);
    const others = async (): Promise<Called[]> =>
      (await Promise.all([first, second].map((one) => inTurn(200, () => count(one))))).flat();
    const without = await others();
    proxy.delay(200);
    const [with_, slowly] = await Promise.all([others(), inTurn(2, () => count(slow))]);
    expect(Math.min(...slowly.map(({ tookMs }) => tookMs))).toBeGreaterThan(350);
    expect(refused([...with_, ...slowly])).toBe(0);
    expect(quantileMs(with_, 0.99)).toBeLessThan(50);
    return `p99 of the others ${quantileMs(with_, 0.99).toFixed(2)} ms, ${quantileMs(without, 0.99).toFixed(2)} ms without; the slow one ${ms(longestMs(slowly))}`;
  },
);

const PAUSE_MS = 600;

fault(
  {
    id: "A8",
    fault: `the store takes no writes for ${PAUSE_MS} ms (CLIENT PAUSE)`,
    expected: `each call within ${LONGEST_SHORT_MS} ms, and none that was given up takes effect later`,
  },
  async () => {
    await using server = await startRedisServer();
    await using operator = await operatorOf(server);
    await using one = member({ url: server.url, deadlineMs: SHORT_MS });
    await count(one);
    const before = await takesOf(operator.redis);
    // Until all of them are given up, however long that takes.
    await operator.redis.call("CLIENT", "PAUSE", "60000", "WRITE");
    const sinceMs = performance.now();
    let turn = 0;
    // A look changes nothing, but waits in line behind the calls on the same connection.
    const look = (): Promise<Called> => call(() => one.limiter().peek(counted));
    const calls = await underWay(() => ((turn += 1) % 2 === 0 ? look() : count(one)));
    await rest(Math.max(0, PAUSE_MS - (performance.now() - sinceMs)));
    await operator.redis.call("CLIENT", "UNPAUSE");
    const overMs = performance.now();
    using stalls = watchStalls();
    await expect.poll(() => one.store.mode, { timeout: 10_000, interval: 5 }).toBe("shared");
    const backMs = performance.now() - overMs - stalls.totalMs;
    await rest(100);
    const late = (await takesOf(operator.redis)) - before;
    expect(refused(calls)).toBe(calls.length);
    expect(longestMs(calls)).toBeLessThan(LONGEST_SHORT_MS);
    expect(backMs).toBeLessThan(1000);
    expect(late).toBe(0);
    return `${calls.length} calls and looks given up, longest ${ms(longestMs(calls))}; late effects ${late}; in use ${ms(backMs)} after the pause`;
  },
);
