import { startRedisServer } from "@sluice/test/redis-server";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import { count, inTurn, operatorOf, takesOf } from "./a-support.js";
import { call, type Called, counted, LONGEST_MS, longestMs, member, ms, refused, until } from "./b-support.js";
import { fault } from "./fault.js";
import { watchStalls } from "../src/stalls/index.js";

/** From the end of the fault to the first answer of the store. Unit: milliseconds. */
const BACK_MS = 2000;

fault(
  {
    id: "A13",
    fault: "a script of somebody else runs for ever",
    expected: `the fallback within ${LONGEST_MS} ms a call, BUSY is a store fault, in use within ${BACK_MS} ms of SCRIPT KILL`,
  },
  async () => {
    await using server = await startRedisServer({ args: ["--busy-reply-threshold", "100"] });
    await using operator = await operatorOf(server);
    await using killer = await operatorOf(server);
    await using closed = member({ url: server.url });
    await using open = member({ url: server.url, mode: "open", deadlineMs: 501 });
    for (const one of [closed, open]) await count(one);
    const before = await takesOf(operator.redis);
    const runaway = operator.redis.eval("while true do end", 0).catch((error: unknown) => String(error));
    const isBusy = (): Promise<boolean> =>
      killer.redis.get("x").then(
        () => false,
        (error: unknown) => String(error).includes("BUSY"),
      );
    await until(isBusy, "the script is in everybody's way");
    const ask = async (): Promise<[Called, Called]> => {
      const both = await Promise.all([count(closed), count(open, "other")]);
      await rest(2);
      return both;
    };
    const calls: [Called, Called][] = [];
    for (let n = 0; n < 100; n += 1) calls.push(await ask());
    expect(closed.events[0]).toMatchObject({ type: "store-down", reason: expect.stringContaining("BUSY") });
    await killer.redis.script("KILL");
    const killedMs = performance.now();
    using stalls = watchStalls();
    await until(() => closed.store.mode === "shared" && open.store.mode === "shared", "the store is back");
    const backMs = performance.now() - killedMs - stalls.totalMs;
    expect(backMs).toBeLessThan(BACK_MS);
    expect(await runaway).toContain("Script killed");
    const all = calls.flat();
    expect(refused(calls.map(([one]) => one))).toBe(100);
    expect(refused(calls.map(([, other]) => other))).toBe(0);
    expect(longestMs(all)).toBeLessThan(LONGEST_MS);
    expect(await takesOf(operator.redis)).toBe(before);
    return `${all.length} calls, longest ${ms(longestMs(all))}; in use ${ms(backMs)} after SCRIPT KILL`;
  },
);

for (const [commands, slow] of [
  [400_000, false],
  [4_000_000, true],
] as const) {
  fault(
    {
      id: "A14",
      fault: `the store restarts and loads ${commands / 1e6} million commands from its append-only file`,
      expected: `LOADING is down: the fallback within ${LONGEST_MS} ms a call, in use within ${BACK_MS} ms of the end of loading`,
      slow,
    },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "sluice-aof-"));
      try {
        await using server = await startRedisServer({ args: ["--dir", folder, "--appendonly", "yes"] });
        await using one = member({ url: server.url });
        await count(one);
        {
          await using operator = await operatorOf(server);
          await operator.redis.eval("for i = 1, tonumber(ARGV[1]) do redis.call('SET', i % 1000, i) end", 0, commands);
        }
        await server.kill();
        const restarted = server.restart();
        const load = { over: false };
        void restarted.then(() => (load.over = true));
        const calls: Called[] = [];
        const startedMs = performance.now();
        while (!load.over) {
          calls.push(await call(() => one.limiter().tryAcquire(counted)));
          await rest(5);
        }
        await restarted;
        const loadedMs = performance.now();
        using stalls = watchStalls();
        await until(() => one.store.mode === "shared", "the store is back", 20_000);
        const backMs = performance.now() - loadedMs - stalls.totalMs;
        const [again] = await inTurn(1, () => count(one));
        // The store may answer a moment before this process sees that it is up.
        const served = calls.length - refused(calls);
        expect(refused(served === 0 ? calls : calls.slice(0, -served))).toBe(calls.length - served);
        expect(longestMs(calls)).toBeLessThan(LONGEST_MS);
        expect(again?.decision).toMatchObject({ kind: "allowed", remaining: counted.limit.burst - 2 - served });
        expect(backMs).toBeLessThan(BACK_MS);
        return `${calls.length} calls by the fallback in ${ms(loadedMs - startedMs)} of loading, longest ${ms(longestMs(calls))}; in use ${ms(backMs)} after it; nothing forgotten`;
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
}
