import { type RedisCluster, type RedisServer, startRedisCluster } from "@sluice/test/redis-server";
import { setTimeout as rest } from "node:timers/promises";
import { afterAll, beforeAll, expect } from "vitest";
import { type Node, nodeOf, Slot } from "./b-slots.js";
import {
  accountsOn,
  answered,
  call,
  type Called,
  callUntil,
  counted,
  LONGEST_MS,
  longestMs,
  member,
  ms,
  PATIENT_MS,
  refused,
  slotOfAccount,
  until,
} from "./b-support.js";
import { fault } from "./fault.js";

/** A cluster of three primaries, and the way to move a slot from the first to the second. */
interface Movable extends AsyncDisposable {
  readonly cluster: RedisCluster;
  readonly nodes: readonly Node[];
}

async function movable(): Promise<Movable> {
  const cluster = await startRedisCluster();
  const nodes = await Promise.all(cluster.primaries.map(nodeOf));
  return {
    cluster,
    nodes,
    async [Symbol.asyncDispose]() {
      for (const { redis } of nodes) redis.disconnect();
      await cluster.stop();
    },
  };
}

let shared: Movable;
beforeAll(async () => {
  shared = await movable();
});
afterAll(() => shared[Symbol.asyncDispose]());

const unmoved = accountsOn(0, 20);

/** An account whose slot has not been moved yet, so that a row can be tried again. */
function nextAccount(): string {
  const account = unmoved.shift();
  if (account === undefined) throw new Error("every account's slot has been moved");
  return account;
}

const first = (): RedisServer => shared.cluster.primaries[0] as RedisServer;
const bucketOf = (name: string) => ({ ...counted, bucket: name });

fault(
  {
    id: "B11",
    fault: "a slot is being moved, and keys are asked for that neither side has (ASK)",
    expected: `no error, no call above ${LONGEST_MS} ms, counts exact when it has moved`,
  },
  async () => {
    const { cluster, nodes } = shared;
    const account = nextAccount();
    const slot = new Slot(slotOfAccount(account), nodes);
    const calls: Called[] = [];
    const names = Array.from({ length: 20 }, (_, index) => `new-${index}`);
    const asksBefore = await answered(first(), "ASK");
    let asks = 0;
    {
      await using one = member({ url: cluster.url, deadlineMs: PATIENT_MS });
      const take = async (name: string): Promise<void> =>
        void calls.push(await call(() => one.limiter(account).tryAcquire(bucketOf(name))));
      for (let n = 0; n < 3; n += 1) await take("old");
      await slot.open();
      for (let n = 0; n < 3; n += 1) for (const name of ["old", ...names]) await take(name);
      asks = (await answered(first(), "ASK")) - asksBefore;
      await slot.moveKeys();
      await slot.close();
      for (const name of ["old", ...names]) await take(name);
      expect(one.events).toEqual([]);
    }
    await using fresh = member({ url: cluster.url, deadlineMs: PATIENT_MS });
    let wrong = 0;
    for (const name of ["old", ...names]) {
      const seen = await fresh.limiter(account).peek(bucketOf(name));
      const left = 100_000 - (name === "old" ? 7 : 4);
      if (seen.kind !== "allowed" || seen.remaining !== left) wrong += 1;
    }
    expect(asks).toBeGreaterThanOrEqual(names.length * 3);
    expect(refused(calls)).toBe(0);
    expect(longestMs(calls)).toBeLessThan(LONGEST_MS);
    expect(wrong).toBe(0);
    return `${refused(calls)} of ${calls.length} calls refused over ${asks} ASK, longest ${ms(longestMs(calls))}; ${wrong} of ${names.length + 1} buckets wrong`;
  },
);

/** A slot of which the key of "there" has moved and that of "here" has not, and a call that needs both. */
async function halfMoved(deadlineMs?: number) {
  const { cluster, nodes } = shared;
  const account = nextAccount();
  const slot = new Slot(slotOfAccount(account), nodes);
  const one = member({ url: cluster.url, ...(deadlineMs === undefined ? {} : { deadlineMs }) });
  const both = [bucketOf("here"), bucketOf("there")];
  const ask = () => one.limiter(account).tryAcquire(both);
  await until(async () => (await call(ask)).decision?.kind === "allowed", "the first answer");
  await slot.open();
  await slot.moveKeys((key) => key.endsWith(":there"));
  const finish = async (): Promise<void> => {
    await slot.moveKeys();
    await slot.close();
  };
  return { one, ask, finish, slot, [Symbol.asyncDispose]: () => one[Symbol.asyncDispose]() };
}

fault(
  {
    id: "B12",
    fault: "a half-moved slot: one of a call's two keys has moved (TRYAGAIN), the other follows after 80 ms",
    expected: "the call waits for it inside its deadline and is served once",
  },
  async () => {
    // Tries are made by this process, which may stand still for longer than other deadlines.
    await using half = await halfMoved(PATIENT_MS);
    const tries = await answered(first(), "TRYAGAIN");
    const asked = call(half.ask);
    await rest(80);
    await half.slot.moveKeys();
    const served = await asked;
    await half.finish();
    const waited = (await answered(first(), "TRYAGAIN")) - tries;
    expect(served.decision?.kind).toBe("allowed");
    expect(served.tookMs).toBeGreaterThan(60);
    expect(longestMs([served])).toBeLessThan(LONGEST_MS);
    expect(waited).toBeGreaterThan(0);
    expect(half.one.events).toEqual([]);
    // The first one, the one that waited, and this one.
    expect(await half.ask()).toMatchObject({ kind: "allowed", remaining: 100_000 - 3 });
    return `served after ${ms(served.tookMs)} and ${waited} TRYAGAIN, counted once`;
  },
);

const STUCK_MS = 1200;

fault(
  {
    id: "B12",
    fault: `the same, and the slot stays so for ${STUCK_MS} ms`,
    expected: `the fallback within ${LONGEST_MS} ms, one outage a second at most, nothing counted; back by itself when the slot has moved`,
  },
  async () => {
    await using half = await halfMoved();
    const sinceMs = performance.now();
    const calls = await callUntil(half.ask, () => performance.now() - sinceMs > STUCK_MS);
    const stuckMs = performance.now() - sinceMs;
    const outages = half.one.events.filter(({ type }) => type === "store-down");
    await half.finish();
    const finishedMs = performance.now();
    const later = await callUntil(half.ask, (some) => some.at(-1)?.decision !== undefined);
    const backMs = performance.now() - finishedMs;
    expect(refused(calls)).toBe(calls.length);
    expect(longestMs([...calls, ...later])).toBeLessThan(LONGEST_MS);
    expect(outages.length).toBeGreaterThan(0);
    // The trial that looks for the store's return writes one key, which a half-moved slot can serve.
    expect(outages.length).toBeLessThanOrEqual(Math.ceil(stuckMs / 1000));
    expect(outages[0]).toMatchObject({ reason: expect.stringContaining("Redis did not answer") });
    // The first one, the one that found the store back, and this one; none of those refused.
    expect(await half.ask()).toMatchObject({ kind: "allowed", remaining: 100_000 - 3 });
    return `${refused(calls)} of ${calls.length} calls fell back, longest ${ms(longestMs(calls))}, none of them counted, ${outages.length} outages told; back ${ms(backMs)} after the move`;
  },
);

const MOVED = 1000;
const ACCOUNTS = 500;

fault(
  {
    id: "B13",
    fault: `${MOVED} slots move while 4 workers call`,
    expected: `every bucket exact, no error, no call above ${LONGEST_MS} ms`,
    slow: true,
    timeoutMs: 120_000,
  },
  async () => {
    await using own = await movable();
    const { cluster, nodes } = own;
    const accounts: string[] = [];
    // Half of them move.
    for (let index = 0, moving = 0; accounts.length < ACCOUNTS; index += 1) {
      const moves = slotOfAccount(`account-${index}`) < MOVED;
      if (moves ? moving >= ACCOUNTS / 2 : accounts.length - moving >= ACCOUNTS / 2) continue;
      moving += moves ? 1 : 0;
      accounts.push(`account-${index}`);
    }
    const granted = new Map<string, number>(accounts.map((account) => [account, 0]));
    const calls: Called[] = [];
    const run = { over: false };
    const workers = Array.from({ length: 4 }, async (_, index) => {
      // Of different deadlines, so that each has its own connections.
      await using worker = member({ url: cluster.url, deadlineMs: 500 + index });
      while (!run.over)
        for (const account of accounts.toSorted(() => Math.random() - 0.5).slice(0, 50)) {
          const called = await call(() => worker.limiter(account).tryAcquire(counted));
          calls.push(called);
          if (called.decision?.kind === "allowed") granted.set(account, (granted.get(account) ?? 0) + 1);
        }
    });
    await rest(500);
    const startedMs = performance.now();
    for (let number = 0; number < MOVED; number += 1) {
      const slot = new Slot(number, nodes);
      await slot.open();
      await slot.moveKeys();
      await slot.close();
    }
    const movedMs = performance.now() - startedMs;
    await rest(500);
    run.over = true;
    await Promise.all(workers);
    let wrong = 0;
    {
      await using fresh = member({ url: cluster.url });
      for (const [account, count] of granted) {
        const seen = await fresh.limiter(account).peek(counted);
        if (seen.kind !== "allowed" || seen.remaining !== 100_000 - count) wrong += 1;
      }
    }
    const keys = Number(await nodes[1]?.redis.dbsize());
    expect(keys).toBeGreaterThanOrEqual(ACCOUNTS / 2);
    expect(wrong).toBe(0);
    expect(refused(calls)).toBe(0);
    expect(longestMs(calls)).toBeLessThan(LONGEST_MS);
    return `moved in ${ms(movedMs)}; ${wrong} of ${ACCOUNTS} buckets wrong, ${refused(calls)} of ${calls.length} calls refused, longest ${ms(longestMs(calls))}`;
  },
);
