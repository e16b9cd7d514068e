import { tokenBucket } from "@sluice/limiter";
import { type RedisSentinels, say, startRedisSentinels } from "@sluice/test/redis-server";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import { worstExcess } from "../src/fleet/ledger.js";
import { freePort } from "../src/loopback/free-port.js";
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
  ran,
  refused,
  until,
  untilInfo,
} from "./b-support.js";
import { fault } from "./fault.js";

const args = ["--repl-diskless-sync-delay", "0"];

/** A set whose replicas have caught up. */
async function readySet(): Promise<RedisSentinels> {
  const set = await startRedisSentinels({ server: { args } });
  for (const replica of set.servers.slice(1)) await untilInfo(replica, "master_link_status:up");
  return set;
}

const bound = { refillRate: 50, burst: 20 };

for (const [id, how] of [
  ["B1", "killed"],
  ["B2", "frozen"],
] as const) {
  fault(
    {
      id,
      fault: `the primary is ${how}, Sentinels watch`,
      expected: `each call within ${LONGEST_MS} ms, the fallback until the new primary is used, within 10 s and without a restart, an event for each change alone, at most 26 tokens over`,
      slow: true,
    },
    async () => {
      await using set = await readySet();
      await using closed = member({ url: set.url, deadlineMs: 500 });
      await using local = member({ url: set.url, mode: "local", deadlineMs: 501 });
      const shared = { bucket: "shared", limit: tokenBucket(bound) };
      for (const one of [closed, local]) await one.limiter("other").peek(shared);
      // Each learns of the other.
      await rest(600);
      const run = { over: false };
      const grantedUs: number[] = [];
      const fallback: Called[] = [];
      const around = (async () => {
        while (!run.over) {
          const called = await call(() => local.limiter("other").tryAcquire(shared));
          fallback.push(called);
          if (called.decision?.kind === "allowed") grantedUs.push(called.atMs * 1000);
          await rest(2);
        }
      })();
      const primary = await set.primary();
      if (how === "killed") await primary.kill();
      else primary.pause();
      const calls = await callUntil(() => closed.limiter().tryAcquire(counted), isBack);
      await until(() => local.store.mode === "shared", "the other process is back too");
      await rest(1000);
      run.over = true;
      await around;
      const moved = await set.primary();
      primary.resume();
      const excess = worstExcess(grantedUs, bound);
      expect(moved.port).not.toBe(primary.port);
      expect(longestMs(calls)).toBeLessThan(LONGEST_MS);
      expect(longestMs(fallback)).toBeLessThan(LONGEST_MS + 1);
      expect(refused(fallback)).toBe(0);
      expect(gapMs(calls)).toBeLessThan(10_000);
      expect(closed.events.map(({ type }) => type)).toEqual(["store-down", "store-up"]);
      // Each Sentinel tells of the switch when it hears of it; one that is late sends the client once more to ask where the primary is.
      const changes = local.events.map(({ type }) => type);
      expect(changes).toEqual(changes.map((_, index) => (index % 2 === 0 ? "store-down" : "store-up")));
      expect(changes.length / 2).toBeLessThanOrEqual(set.sentinels.length);
      expect(excess).toBeLessThanOrEqual(26);
      return `new primary in use after ${ms(gapMs(calls))}, ${refused(calls)} of ${calls.length} calls refused with "closed", longest ${ms(longestMs(calls))}; with "local" 0 of ${fallback.length} refused, ${Math.max(0, excess).toFixed(1)} tokens over, ${changes.length} events`;
    },
  );
}

fault(
  {
    id: "B5",
    fault: "a frozen primary thaws after another was promoted, while clients still hold connections to it",
    expected: "left within 1 s, and from then on every call reaches the new primary",
    slow: true,
  },
  async () => {
    await using set = await readySet();
    await using one = member({ url: set.url });
    const ask = () => one.limiter().tryAcquire(counted);
    await ask();
    const old = await set.primary();
    old.pause();
    // Nobody calls meanwhile, so nothing shows the client that its connection is dead.
    await until(async () => (await set.primary()).port !== old.port, "another one is promoted", 20_000);
    const next = await set.primary();
    const before = { old: 0, next: await ran(next, "evalsha") };
    old.resume();
    before.old = await ran(old, "evalsha");
    const thawedMs = performance.now();
    let lastOldMs = thawedMs;
    let seen = before.old;
    const calls = await callUntil(
      ask,
      async () => {
        const now = await ran(old, "evalsha").catch(() => seen);
        if (now > seen) lastOldMs = performance.now();
        seen = now;
        return performance.now() - thawedMs > 3000;
      },
      { everyMs: 2 },
    );
    const wrong = seen - before.old;
    const right = (await ran(next, "evalsha")) - before.next;
    expect(lastOldMs - thawedMs).toBeLessThan(1000);
    expect(longestMs(calls)).toBeLessThan(LONGEST_MS);
    expect(right).toBeGreaterThan(100);
    return `${wrong} of ${calls.length} calls in 3 s ran on the old primary, the last ${ms(lastOldMs - thawedMs)} after it thawed; ${refused(calls)} refused; ${right} ran on the new one`;
  },
);

fault(
  {
    id: "B6",
    fault: "a planned failover",
    expected: "the new primary is asked within 2.5 s of the switch, nothing taken before is handed out again",
    slow: true,
  },
  async () => {
    await using set = await readySet();
    await using one = member({ url: set.url });
    const ask = () => one.limiter().tryAcquire(counted);
    for (let n = 0; n < 100; n += 1) await ask();
    const before = await set.primary();
    const [sentinel] = set.sentinels;
    if (sentinel !== undefined) await say(sentinel, "SENTINEL", "FAILOVER", set.name);
    let [switchedMs, movedMs, counter] = [0, 0, 0];
    const calls = await callUntil(ask, async () => {
      if (switchedMs === 0) {
        const now = await set.primary();
        if (now.port === before.port) return false;
        switchedMs = performance.now();
        counter = await ran(now, "evalsha");
      }
      if ((await ran(await set.primary(), "evalsha")) === counter) return false;
      movedMs = performance.now();
      return true;
    });
    const { decision } = await call(ask);
    const left = decision?.kind === "allowed" ? decision.remaining : Number.NaN;
    expect(movedMs - switchedMs).toBeLessThan(2500);
    expect(longestMs(calls)).toBeLessThan(LONGEST_MS);
    expect(left).toBeLessThanOrEqual(100_000 - 100);
    return `the new primary was asked ${ms(movedMs - switchedMs)} after the switch; ${refused(calls)} of ${calls.length} calls refused, longest ${ms(longestMs(calls))}`;
  },
);

fault(
  {
    id: "B7",
    fault: "no Sentinel is there at start",
    expected: `creation succeeds, each call is answered by the fallback within ${LONGEST_MS} ms, one event`,
  },
  async () => {
    const hosts = await Promise.all([1, 2, 3].map(async () => `127.0.0.1:${await freePort()}`));
    await using one = member({ url: `redis+sentinel://${hosts.join(",")}/main`, mode: "open" });
    const calls: Called[] = [];
    for (let n = 0; n < 100; n += 1) calls.push(await call(() => one.limiter().tryAcquire(counted)));
    expect(refused(calls)).toBe(0);
    expect(longestMs(calls)).toBeLessThan(LONGEST_MS);
    expect(one.events.map(({ type }) => type)).toEqual(["store-down"]);
    return `first call ${ms(calls[0]?.tookMs ?? 0)}, longest of ${calls.length} ${ms(longestMs(calls))}`;
  },
);

fault(
  {
    id: "B7",
    fault: "every Sentinel is killed before start, later after it",
    expected: `before: refused within ${LONGEST_MS} ms, used when they are back; after: the connection goes on, no call refused`,
    slow: true,
  },
  async () => {
    await using set = await readySet();
    await using after = member({ url: set.url, deadlineMs: 500 });
    await after.limiter().tryAcquire(counted);
    // Its watch over the Sentinels is open too.
    await rest(500);
    for (const sentinel of set.sentinels) await sentinel.kill();
    const startedMs = performance.now();
    await using before = member({ url: set.url, deadlineMs: 501 });
    const first = await call(() => before.limiter().tryAcquire(counted));
    const calls = await callUntil(
      () => after.limiter().tryAcquire(counted),
      () => performance.now() - startedMs > 3000,
    );
    expect(first.code).toBe("STORE_UNAVAILABLE");
    expect(first.tookMs).toBeLessThan(LONGEST_MS + 1);
    expect(refused(calls)).toBe(0);
    expect(longestMs(calls)).toBeLessThan(LONGEST_MS);
    for (const sentinel of set.sentinels) {
      await sentinel.restart();
      await say(sentinel, "SENTINEL", "MONITOR", set.name, "127.0.0.1", String(set.servers[0]?.port), "2");
    }
    const backMs = performance.now();
    await callUntil(
      () => before.limiter().tryAcquire(counted),
      (some) => some.at(-1)?.decision !== undefined,
    );
    return `first call without Sentinels refused after ${ms(first.tookMs)}; ${calls.length} calls of the one connected before, 0 refused, longest ${ms(longestMs(calls))}; store used ${ms(performance.now() - backMs)} after the Sentinels came back`;
  },
);

fault(
  {
    id: "B7",
    fault: "one of three Sentinels is dead, and the process forgets to close",
    expected:
      "calls go on, nothing is written to the console, and neither the Sentinels nor their absence keeps the process alive",
    slow: true,
  },
  async () => {
    await using set = await readySet();
    await set.sentinels[0]?.kill();
    const code = `
      import { createLimiter, tokenBucket } from "@sluice/limiter";
      import { redisStore } from "@sluice/limiter-redis";
      const limiter = createLimiter({ store: redisStore({ url: ${JSON.stringify(set.url)}, onStoreError: "closed" }) });
      const charge = { bucket: "b", limit: tokenBucket({ refillRate: 1000 }) };
      for (let n = 0; n < 100; n += 1) {
        await limiter.acquire(charge);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      console.log(Date.now());
    `;
    const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
      cwd: import.meta.dirname,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 10_000,
    });
    let [said, complained] = ["", ""];
    child.stdout.on("data", (text) => (said += text));
    child.stderr.on("data", (text) => (complained += text));
    const [exitCode] = (await once(child, "close")) as [number | null];
    const lingeredMs = Date.now() - Number(said);
    expect(complained).toBe("");
    expect(exitCode).toBe(0);
    expect(lingeredMs).toBeLessThan(2000);
    return `100 calls, 0 refused, 0 lines of complaint; ended ${ms(lingeredMs)} after the last call`;
  },
);
