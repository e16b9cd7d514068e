import { redisControlStore } from "@sluice/limiter-redis";
import { say, startRedisSentinels } from "@sluice/test/redis-server";
import { startTcpProxy } from "@sluice/test/tcp-proxy";
import { expect } from "vitest";
import { until, untilInfo } from "./b-support.js";
import { fault } from "./fault.js";
import { admin, entry } from "./h-support.js";

const CONFIRM = { replicas: 1, withinMs: 100 };
/** The way to the replica leads through this process, which may stand still before it is meant to stall. */
const PATIENT_CONFIRM = { replicas: 1, withinMs: 5000 };

fault(
  {
    id: "H9",
    fault: "replication stalls unseen, changes are made, and the primary is killed",
    expected:
      "changes told as confirmed are all there after the failover; those made meanwhile were told as not confirmed",
  },
  async () => {
    await using set = await startRedisSentinels({ replicas: 1 });
    const [primary, replica] = set.servers;
    if (primary === undefined || replica === undefined) throw new Error("a set has a primary and a replica");
    await using proxy = await startTcpProxy({ targetPort: primary.port });
    // Sooner than that Sentinels would put right a replica that follows another address than theirs.
    for (const sentinel of set.sentinels) await say(sentinel, "SENTINEL", "SET", set.name, "failover-timeout", "60000");
    await say(replica, "REPLICAOF", "127.0.0.1", String(proxy.port));
    await untilInfo(replica, `master_port:${proxy.port}`);
    await untilInfo(replica, "master_link_status:up");
    await using bob = await admin(set, { confirm: CONFIRM });
    await using patient = redisControlStore({ url: set.url, commandTimeoutMs: 5000, confirm: PATIENT_CONFIRM });
    const confirmed: string[] = [];
    const unconfirmed: string[] = [];
    const tookMs: number[] = [];
    const change = async (name: string, store = bob.store): Promise<void> => {
      const startedMs = performance.now();
      const made = await store.change("policy:default", { records: { [name]: "1" }, entry: entry(name) });
      tookMs.push(performance.now() - startedMs);
      (made.confirmed === true ? confirmed : unconfirmed).push(name);
    };
    for (let n = 0; n < 100; n += 1) await change(`before/${n}`, patient);
    const median = tookMs.toSorted((one, other) => one - other)[50] ?? 0;
    expect(unconfirmed).toEqual([]);
    proxy.pauseExisting();
    for (let n = 0; n < 10; n += 1) await change(`stalled/${n}`);
    expect(confirmed).toHaveLength(100);
    expect(unconfirmed).toHaveLength(10);
    await primary.kill();
    await until(async () => (await set.primary()) === replica, "the replica is the primary", 20_000);
    await until(
      () =>
        change("after").then(
          () => true,
          () => false,
        ),
      "changes are made again",
      20_000,
    );
    await bob.control.refresh();
    const lost = confirmed.filter((name) => bob.control.record(name) === undefined).length;
    const gone = unconfirmed.filter((name) => bob.control.record(name) === undefined).length;
    expect(lost).toBe(0);
    expect(await bob.audit.verify()).toMatchObject({ intact: true });
    return `confirmed ${confirmed.length}, of them lost ${lost}; not confirmed ${unconfirmed.length}, of them lost ${gone}; a confirmed change p50 ${median.toFixed(2)} ms`;
  },
);
