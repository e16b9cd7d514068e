import { startRedisCluster } from "@sluice/test/redis-server";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import {
  accountOn,
  accountsOn,
  call,
  type Called,
  callUntil,
  counted,
  gapMs,
  isBack,
  LONGEST_MS,
  longestMs,
  member,
  type Member,
  ms,
  refused,
  until,
} from "./b-support.js";
import { fault } from "./fault.js";

/** Slots that nobody has are no matter of the others'. */
const args = ["--cluster-require-full-coverage", "no"];

/** Asks for an account again and again, until told to stop. */
function asking(one: Member, account: string): { stop(): Promise<readonly Called[]> } {
  const run = { over: false };
  const calls = callUntil(
    () => one.limiter(account).tryAcquire(counted),
    () => run.over,
  );
  return { stop: () => ((run.over = true), calls) };
}

/** How many connections this process opens or tries to. */
async function connectionsTried(forMs: number): Promise<number> {
  let tried = 0;
  const count = (): void => void (tried += 1);
  subscribe("net.client.socket", count);
  await rest(forMs);
  unsubscribe("net.client.socket", count);
  return tried;
}

for (const how of ["killed", "frozen"] as const) {
  fault(
    {
      id: "B14",
      fault: `a cluster's primary is ${how}, it has a replica`,
      expected: `no call to other slots refused or above ${LONGEST_MS} ms; its own fall back and return within 10 s, as one outage`,
      slow: true,
    },
    async () => {
      await using cluster = await startRedisCluster({ replicas: 1, args });
      await using one = member({ url: cluster.url });
      const [hit, ...spared] = [0, 1, 2].map((index) => accountOn(index));
      const ask = () => one.limiter(hit).tryAcquire(counted);
      for (const account of [hit, ...spared]) await one.limiter(account).tryAcquire(counted);
      const others = spared.map((account) => asking(one, account));
      await rest(200);
      if (how === "killed") await cluster.primaries[0]?.kill();
      else cluster.primaries[0]?.pause();
      const calls = await callUntil(ask, isBack);
      await rest(1000);
      const around = (await Promise.all(others.map(({ stop }) => stop()))).flat();
      const after = await callUntil(ask, (some) => some.length === 20);
      cluster.primaries[0]?.resume();
      expect(refused(around)).toBe(0);
      expect(longestMs(around)).toBeLessThan(LONGEST_MS);
      expect(gapMs(calls)).toBeLessThan(10_000);
      expect(longestMs(calls)).toBeLessThan(LONGEST_MS);
      expect(refused(after)).toBe(0);
      expect(one.events.map(({ type }) => type)).toEqual(["store-down", "store-up"]);
      return `its slots answered again after ${ms(gapMs(calls))}, ${refused(calls)} calls refused, longest ${ms(longestMs(calls))}; other slots: 0 of ${around.length} refused, longest ${ms(longestMs(around))}`;
    },
  );
}

fault(
  {
    id: "B15",
    fault: "every node of a cluster is frozen, then dead; one client was there before, another is new",
    expected: `each call within ${LONGEST_MS} ms, one outage each, in use again when the nodes thaw; at most 40 connections a second and client tried while all are dead`,
  },
  async () => {
    await using cluster = await startRedisCluster();
    await using known = member({ url: cluster.url, deadlineMs: 499 });
    await using newToFrozen = member({ url: cluster.url, deadlineMs: 500 });
    await using newToDead = member({ url: cluster.url, deadlineMs: 501 });
    const knows = () => call(() => known.limiter().tryAcquire(counted));
    await until(async () => (await knows()).code === undefined, "the first answer");
    const figures: string[] = [];
    for (const [how, fresh] of [
      ["frozen", newToFrozen],
      ["dead", newToDead],
    ] as const) {
      const told = known.events.length;
      await Promise.all(cluster.primaries.map((node) => (how === "dead" ? node.kill() : node.pause())));
      const members = [
        ["new", fresh],
        ["known", known],
      ] as const;
      for (const [which, one] of members) {
        const calls: Called[] = [];
        // All at once too: what waits for a connection must not queue.
        const together = Array.from({ length: 50 }, () => call(() => one.limiter("together").tryAcquire(counted)));
        for (let n = 0; n < 20; n += 1) calls.push(await call(() => one.limiter().tryAcquire(counted)));
        calls.push(...(await Promise.all(together)));
        expect(refused(calls)).toBe(calls.length);
        expect(longestMs(calls)).toBeLessThan(LONGEST_MS);
        figures.push(
          `${how}, ${which} client: first call ${ms(calls[0]?.tookMs ?? 0)}, longest ${ms(longestMs(calls))}`,
        );
      }
      expect(fresh.events.map(({ type }) => type)).toEqual(["store-down"]);
      expect(known.events.slice(told).map(({ type }) => type)).toEqual(["store-down"]);
      if (how === "dead") continue;
      for (const node of cluster.primaries) node.resume();
      const thawedMs = performance.now();
      for (const [, one] of members) await until(() => one.store.mode === "shared", "the cluster is in use again");
      figures.push(`in use ${ms(performance.now() - thawedMs)} after the thaw`);
    }
    // Of three clients, each with one more for listening.
    const tried = await connectionsTried(1000);
    expect(tried / 3).toBeLessThanOrEqual(40);
    return `${figures.join("; ")}; dead: ${tried} connections tried in 1 s by 3 clients`;
  },
);

for (const { what, replicas, watchMs, slow } of [
  { what: "a primary without a replica", replicas: 0, watchMs: 1000, slow: false },
  { what: "a primary and its replica", replicas: 1, watchMs: 4000, slow: true },
]) {
  fault(
    {
      id: "B16",
      fault: `${what} is killed: nobody has its slots`,
      expected: `only keys of those slots fall back, each call within ${LONGEST_MS} ms, one outage`,
      slow,
    },
    async () => {
      await using cluster = await startRedisCluster({ replicas, args });
      await using one = member({ url: cluster.url });
      const accounts = [0, 1, 2].map((primary) => accountsOn(primary, 5));
      const callsOf: Called[][] = [[], [], []];
      const round = async (): Promise<void> => {
        const asked = accounts.flatMap((some, primary) =>
          some.map(async (account) => {
            callsOf[primary]?.push(await call(() => one.limiter(account).tryAcquire(counted)));
          }),
        );
        await Promise.all(asked);
      };
      await until(async () => {
        for (const calls of callsOf) calls.length = 0;
        await round();
        return callsOf.every((calls) => refused(calls) === 0);
      }, "every node answers");
      const told = one.events.length;
      await Promise.all([...(cluster.replicas[0] ?? []), cluster.primaries[0]].map((node) => node?.kill()));
      for (const calls of callsOf) calls.length = 0;
      const sinceMs = performance.now();
      while (performance.now() - sinceMs < watchMs) {
        await round();
        await rest(10);
      }
      const [lost = [], ...others] = callsOf;
      expect(refused(lost)).toBe(lost.length);
      expect(others.map(refused)).toEqual([0, 0]);
      expect(longestMs(callsOf.flat())).toBeLessThan(LONGEST_MS);
      expect(one.events.slice(told).map(({ type }) => type)).toEqual(["store-down"]);
      return `refused by primary: ${callsOf.map((calls) => `${refused(calls)} of ${calls.length}`).join(", ")}; longest ${ms(longestMs(lost))} and ${ms(longestMs(others.flat()))} in the others' slots`;
    },
  );
}
