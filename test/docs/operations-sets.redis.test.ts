import { createLimiter, tokenBucket } from "@sluice/limiter";
import { parseRedisUrl, redisStore } from "@sluice/limiter-redis";
import { createPolicyEngine } from "@sluice/policy";
import {
  type RedisServer,
  say,
  startRedisCluster,
  startRedisSentinels,
  startRedisServer,
} from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { confirmedChange } from "../../docs/snippets/operations-sets.js";
import { pageText, runLine } from "./operations-console.js";

const page = pageText("sentinel-and-cluster");
// So slow that the bucket is still there when its key is looked for.
const charge = { bucket: "users.list", limit: tokenBucket({ refillRate: 0.01, burst: 5 }) };
const within = { timeout: 10_000 };

/** Whose connections are counted in a cluster: ports are used again, and a client of another test may still look for its server. */
const own = { user: "counted", password: "for-this-test" };

/** What is connected to a server, without its peers and whoever asks: who it is, for how long, and the command last sent. */
async function clientsOf({ port }: { readonly port: number }): Promise<readonly string[]> {
  const redis = new Redis(port);
  const lines = String(await redis.client("LIST")).split("\n");
  redis.disconnect();
  return lines
    .filter(
      (line) => line.startsWith("id=") && !/ name=sentinel-| flags=[SM] | cmd=(client|info|replconf|psync)/.test(line),
    )
    .map((line) => (line.match(/ (?:name|age|cmd|user)=\S*/g) ?? []).join("").trim());
}

/** A process at work, until it is given up. */
async function atWork(url: string): Promise<AsyncDisposable> {
  const store = redisStore({ url, onStoreError: "closed" });
  const limiter = createLimiter({ store, provider: "slack", account: "acme" });
  const engine = createPolicyEngine({ redis: url });
  await limiter.tryAcquire(charge);
  await engine.check({ user: "alice" });
  return {
    async [Symbol.asyncDispose]() {
      for (const part of [limiter, store, engine]) await part.close();
    },
  };
}

describe("the page about Sentinel and Cluster", { timeout: 60_000 }, () => {
  it("shows addresses that are understood, with their default ports", () => {
    const rows = [...page.matchAll(/^\| `(redis\+\S+)` .*\| +(\d+) \|$/gm)];
    expect(rows.length).toBe(3);
    for (const [, url = "", port] of rows) expect(parseRedisUrl(url).hosts[0]?.port).toBe(Number(port));
    expect(parseRedisUrl("redis+sentinel://user:password@host1,host2/main/3")).toMatchObject({ name: "main", db: 3 });
  });

  it("behind Sentinels: the connections that the page counts", async () => {
    await using set = await startRedisSentinels({ replicas: 0, sentinels: 1 });
    const [sentinel] = set.sentinels as readonly [RedisServer];
    const before = (await clientsOf(sentinel)).length;
    await using _process = await atWork(set.url);
    const primary = await set.primary();
    await expect.poll(() => clientsOf(primary), within).toHaveLength(2);
    await expect.poll(async () => (await clientsOf(sentinel)).length - before, within).toBe(2);
  });

  it("a change that a replica confirms is told so, and so is one that is not confirmed, which is made all the same", async () => {
    await using primary = await startRedisServer({ args: ["--repl-diskless-sync-delay", "0"] });
    await using replica = await startRedisServer({ args: ["--replicaof", "127.0.0.1", String(primary.port)] });
    const warnings: string[] = [];
    const change = (rate: string) => confirmedChange(primary.url, rate, (text) => warnings.push(text));
    await expect.poll(() => change("50"), within).toBe(true);
    warnings.splice(0);
    replica.pause();
    expect(await change("60")).toBe(false);
    replica.resume();
    expect(warnings).toHaveLength(1);
    expect(await say(primary, "HGETALL", "sluice:{control:settings}:records")).toContain("60");
  });

  it("in a cluster: connections, and keys that lie together as the page says", async () => {
    await using cluster = await startRedisCluster();
    for (const primary of cluster.primaries)
      await say(primary, ..."ACL SETUSER".split(" "), own.user, "on", `>${own.password}`, "~*", "&*", "+@all");
    await using _process = await atWork(cluster.url.replace("//", `//${own.user}:${own.password}@`));
    const connections = async (): Promise<readonly string[]> =>
      (await Promise.all(cluster.primaries.map(clientsOf))).flat().filter((line) => line.includes(`user=${own.user}`));
    // Line by line, so that a failure shows which one is too many.
    const wanted = Array.from(
      { length: cluster.primaries.length + 2 },
      () => expect.stringContaining("user=") as string,
    );
    await expect.poll(connections, within).toEqual(wanted);

    const bySlot = new Map<string, Set<number>>();
    for (const [index, node] of cluster.primaries.entries()) {
      const redis = new Redis(node.port);
      for (const key of await redis.keys("*")) {
        const tag = /\{.*\}/.exec(key)?.[0] ?? "";
        bySlot.set(tag, (bySlot.get(tag) ?? new Set()).add(index));
      }
      redis.disconnect();
    }
    const tags = [...page.matchAll(/^\| (`\{.*?) \|/gm)].map(([, cell]) => String(cell)).join();
    for (const [tag, nodes] of bySlot) {
      expect(tags).toContain(tag);
      expect(nodes.size, tag).toBe(1);
    }
    expect([...bySlot.keys()]).toEqual(expect.arrayContaining(["{slack:acme}", "{policy:default}", "{presence}"]));
    const doctor = await runLine("sluice doctor --json", { env: { REDIS_URL: cluster.url } });
    expect(JSON.parse(doctor.shown)).toMatchObject({
      findings: expect.arrayContaining([expect.objectContaining({ check: "fleet", state: "ok" })]),
    });
  });
});
