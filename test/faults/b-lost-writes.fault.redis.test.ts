import { type Limiter, tokenBucket } from "@sluice/limiter";
import { redisLock } from "@sluice/limiter-redis";
import { type RedisSentinels, type RedisServer, say, startRedisSentinels } from "@sluice/test/redis-server";
import { startTcpProxy, type TcpProxy } from "@sluice/test/tcp-proxy";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import { call, callUntil, isBack, LONGEST_MS, longestMs, member, ms, refused, until, untilInfo } from "./b-support.js";
import { fault } from "./fault.js";

/** A primary whose one replica follows through a proxy, so that replication can stall unseen. */
interface Stallable extends AsyncDisposable {
  readonly set: RedisSentinels;
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  readonly proxy: TcpProxy;
}

async function stallable(): Promise<Stallable> {
  const set = await startRedisSentinels({ replicas: 1, server: { args: ["--repl-diskless-sync-delay", "0"] } });
  const [primary, replica] = set.servers;
  if (primary === undefined || replica === undefined) throw new Error("a set has a primary and a replica");
  const proxy = await startTcpProxy({ targetPort: primary.port });
  // Sooner than that Sentinels would put right a replica that follows another address than theirs.
  for (const sentinel of set.sentinels) await say(sentinel, "SENTINEL", "SET", set.name, "failover-timeout", "60000");
  await say(replica, "REPLICAOF", "127.0.0.1", String(proxy.port));
  await untilInfo(replica, `master_port:${proxy.port}`);
  await untilInfo(replica, "master_link_status:up");
  return {
    set,
    primary,
    replica,
    proxy,
    async [Symbol.asyncDispose]() {
      await proxy.close();
      await set.stop();
    },
  };
}

const BURST = 60;
const limit = tokenBucket({ refillRate: 1e-4, burst: BURST });

/** Tokens that are granted one by one until one is not. */
async function taken(limiter: Limiter, bucket: string, most: number): Promise<number> {
  for (let count = 0; count < most; count += 1)
    if ((await limiter.tryAcquire({ bucket, limit })).kind !== "allowed") return count;
  return most;
}

fault(
  {
    id: "B3",
    fault: "50 acknowledged takes that no replica had when the primary was killed",
    expected: "extra admission 0 while a process that took them asks first, else at most those 50; fences only grow",
    slow: true,
  },
  async () => {
    await using stall = await stallable();
    const { set, primary, replica, proxy } = stall;
    await using one = member({ url: set.url });
    const lock = redisLock({ url: set.url });
    const fences: number[] = [];
    const number = async (): Promise<void> => {
      const held = await lock.acquire("job", { leaseMs: 500 });
      fences.push(held.fence);
      await held.release();
    };
    const limiter = one.limiter();
    const names = ["known", "unknown"];
    for (const name of names) expect(await taken(limiter, name, 10)).toBe(10);
    await number();
    const offset = /master_repl_offset:(\d+)/;
    const said = async (server: RedisServer): Promise<number> =>
      Number(offset.exec(await say(server, "INFO", "replication"))?.[1]);
    const written = await said(primary);
    await until(async () => (await said(replica)) >= written, "the replica has caught up");

    proxy.pauseExisting();
    for (const name of names) expect(await taken(limiter, name, 50)).toBe(50);
    for (let n = 0; n < 5; n += 1) await number();
    const highest = Math.max(...fences);
    await primary.kill();
    const calls = await callUntil(() => limiter.tryAcquire({ bucket: "other", limit: many }), isBack);
    expect((await set.primary()).port).toBe(replica.port);

    await using stranger = member({ url: replica.url });
    const seen = await stranger.limiter().peek({ bucket: "known", limit });
    const lost = (seen.kind === "allowed" ? seen.remaining : 0) - (BURST - 60);
    const again = {
      known: await taken(limiter, "known", BURST),
      stranger: await taken(stranger.limiter(), "unknown", BURST),
    };
    fences.length = 0;
    await until(
      () =>
        number().then(
          () => true,
          () => false,
        ),
      "the lock is back",
    );
    await lock.close();
    const grown = Math.min(...fences) - highest;
    expect(lost).toBe(50);
    expect(again.known).toBe(0);
    expect(again.stranger).toBeLessThanOrEqual(50);
    expect(grown).toBeGreaterThan(0);
    expect(longestMs(calls)).toBeLessThan(LONGEST_MS);
    return `${lost} of 50 writes lost; extra admitted ${again.known} where their taker asks first, ${again.stranger} where only a stranger asks; lowest fence after - highest before = ${grown}`;
  },
);

const many = tokenBucket({ refillRate: 1e-3, burst: 100_000 });

fault(
  {
    id: "B4",
    fault: "as B3, with min-replicas-to-write 1 and max-lag 1",
    expected: "writes lost only from within 3 s of the stall, then NOREPLICAS is one outage until the failover",
    slow: true,
  },
  async () => {
    await using stall = await stallable();
    const { set, primary, replica, proxy } = stall;
    for (const [name, value] of [
      ["min-replicas-max-lag", "1"],
      ["min-replicas-to-write", "1"],
    ] as const)
      await say(primary, "CONFIG", "SET", name, value);
    await untilInfo(primary, "min_slaves_good_slaves:1");
    await using one = member({ url: set.url });
    const charge = { bucket: "lagging", limit: many };
    const ask = () => one.limiter().tryAcquire(charge);
    expect((await ask()).kind).toBe("allowed");
    await rest(200);

    proxy.pauseExisting();
    const stalledMs = performance.now();
    const calls = await callUntil(ask, () => performance.now() - stalledMs > 5000);
    const acknowledged = calls.filter(({ code }) => code === undefined);
    const windowMs = (acknowledged.at(-1)?.atMs ?? stalledMs) - stalledMs;
    const told = one.events.map(({ type }) => type);
    const reason = one.events[0]?.type === "store-down" ? one.events[0].reason : "none";
    await primary.kill();
    const back = await callUntil(
      () => one.limiter().tryAcquire({ ...charge, bucket: "other" }),
      (some) => some.at(-1)?.decision !== undefined,
    );
    expect((await set.primary()).port).toBe(replica.port);
    await using stranger = member({ url: replica.url });
    const seen = await stranger.limiter().peek(charge);
    const lost = (seen.kind === "allowed" ? seen.remaining : 0) - (100_000 - 1 - acknowledged.length);
    const own = (await call(ask)).decision;
    expect(own?.kind === "allowed" && own.remaining).toBeLessThan(100_000 - acknowledged.length);

    expect(windowMs).toBeLessThan(3000);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(told).toEqual(["store-down"]);
    expect(reason).toContain("NOREPLICAS");
    expect(longestMs([...calls, ...back])).toBeLessThan(LONGEST_MS);
    expect(lost).toBeLessThanOrEqual(acknowledged.length);
    return `${lost} writes lost, all acknowledged within ${ms(windowMs)} of the stall; then ${refused(calls)} calls refused as one outage; their taker makes up for them`;
  },
);
