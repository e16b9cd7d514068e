import { createLimiter, type Limiter, tokenBucket } from "@sluice/limiter";
import { breakerContract, limiterContract, lockContract } from "@sluice/limiter/testing";
import { type RedisCluster, startRedisCluster } from "@sluice/test/redis-server";
import slotOf from "cluster-key-slot";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { redisBreakerStore, redisLock, redisStore, type RedisStore, type StoreEvent } from "../index.js";
import { watchStalls } from "@sluice/test/stalls";

let cluster: RedisCluster;
let count = 0;
const closers: (() => Promise<void>)[] = [];
beforeAll(async () => {
  cluster = await startRedisCluster({ primaries: 3, replicas: 1, args: ["--cluster-require-full-coverage", "no"] });
}, 60_000);
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
afterAll(() => cluster.stop());

// A busy machine is no outage.
const patient = { commandTimeoutMs: 5000 };
const open = () => redisStore({ url: cluster.url, prefix: `test${count}`, onStoreError: "closed", ...patient });
limiterContract("the Redis store over a cluster", {
  open: () => {
    count += 1;
    return open();
  },
  openAgain: open,
});

const openBreakers = () => redisBreakerStore({ url: cluster.url, prefix: `test${count}`, ...patient });
breakerContract("the breaker store over a cluster", {
  open: () => {
    count += 1;
    return openBreakers();
  },
  openAgain: openBreakers,
});
const openLock = () => redisLock({ url: cluster.url, prefix: `test${count}`, ...patient });
lockContract("the lock over a cluster", {
  open: () => {
    count += 1;
    return openLock();
  },
  openAgain: openLock,
});

const limit = tokenBucket({ refillRate: 1e-4, burst: 1000 });

/** An account whose keys live on the primary with this index. */
function accountOn(primary: number): string {
  for (let index = 0; ; index += 1) {
    const account = `account-${index}`;
    if (Math.floor((slotOf(`{test:${account}}`) * 3) / 16_384) === primary) return account;
  }
}

function limiters({ commandTimeoutMs } = patient): {
  store: RedisStore;
  events: StoreEvent[];
  of: (account: string) => Limiter;
} {
  count += 1;
  const events: StoreEvent[] = [];
  const store = redisStore({
    url: cluster.url,
    prefix: `test${count}`,
    onStoreError: "closed",
    commandTimeoutMs,
    onEvent: (event) => events.push(event),
  });
  closers.push(() => store.close());
  return {
    store,
    events,
    of(account) {
      const limiter = createLimiter({ store, provider: "test", account });
      closers.push(() => limiter.close());
      return limiter;
    },
  };
}

describe("over a cluster", () => {
  it("accounts spread over the nodes, and each is counted exactly", async () => {
    const { of } = limiters();
    const accounts = Array.from({ length: 30 }, (_, index) => `team-${index}`);
    const all = await Promise.all(
      accounts.flatMap((account) => Array.from({ length: 5 }, () => of(account).tryAcquire({ bucket: "b", limit }))),
    );
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(["allowed"]));
    for (const account of accounts)
      expect(await of(account).peek({ bucket: "b", limit })).toMatchObject({ remaining: 995 });
    const primaries = accounts.map((account) => Math.floor((slotOf(`{test:${account}}`) * 3) / 16_384));
    expect(new Set(primaries).size).toBe(3);
  });

  it("news of a pause reaches a process that asks other nodes", async () => {
    const [one, two] = [limiters(), limiters()];
    const account = accountOn(2);
    const store = redisStore({
      url: cluster.url,
      prefix: `test${count}`,
      onStoreError: "closed",
      commandTimeoutMs: 5001,
    });
    closers.push(() => store.close());
    const other = createLimiter({ store, provider: "test", account });
    closers.push(() => other.close());
    void one;
    await two.of(account).tryAcquire({ bucket: "b", limit });
    const waiting = other
      .acquire({ bucket: "b", limit, cost: 1000 }, { timeoutMs: 300 })
      .catch((error: unknown) => error);
    await two.of(account).observe({ bucket: "b", limit }, { retryAfterMs: 60_000 });
    expect(await other.peek({ bucket: "b", limit })).toMatchObject({ kind: "delayed" });
    expect(await waiting).toMatchObject({ code: "LIMIT_EXCEEDED" });
  });

  it("a primary that dies stops its own slots alone, until its replica has them", { timeout: 60_000 }, async () => {
    // The default time for one answer.
    const { of, events } = limiters({ commandTimeoutMs: 500 });
    const [hit, spared] = [of(accountOn(0)), of(accountOn(1))];
    const charge = { bucket: "b", limit };
    for (const limiter of [hit, spared]) {
      const ask = (): Promise<string> => limiter.tryAcquire(charge).then(({ kind }) => kind, String);
      await expect.poll(ask, { timeout: 10_000 }).toBe("allowed");
    }
    // Connecting may have taken longer than an answer.
    events.length = 0;
    using stalls = watchStalls();
    await cluster.primaries[0]?.kill();
    const killedMs = performance.now();
    let [errors, longestMs, backMs] = [0, 0, 0];
    while (backMs === 0 && performance.now() - killedMs < 20_000) {
      const [startedMs, stalledMs] = [performance.now(), stalls.totalMs];
      expect((await spared.tryAcquire(charge)).kind).toBe("allowed");
      const answered = await hit.tryAcquire(charge).catch(() => undefined);
      longestMs = Math.max(longestMs, performance.now() - startedMs - (stalls.totalMs - stalledMs));
      if (answered === undefined) errors += 1;
      else if (errors > 0) backMs = performance.now() - killedMs;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    console.log(
      `a primary was killed: its slots were back after ${Math.round(backMs)} ms, ${errors} calls refused, longest ${Math.round(longestMs)} ms; other slots: none refused`,
    );
    expect(backMs).toBeGreaterThan(0);
    expect(backMs).toBeLessThan(10_000);
    expect(longestMs).toBeLessThan(500 + 50 + 500);
    expect(events.map(({ type }) => type)).toEqual(["store-down", "store-up"]);
  });
});
